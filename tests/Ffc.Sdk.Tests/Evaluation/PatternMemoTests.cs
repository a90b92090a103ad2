using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Evaluation;

public sealed class PatternMemoTests
{
    private const int Patterns = 50;

    [Fact]
    public async Task Results_of_patterns_do_not_depend_on_the_order_or_number_of_evaluations()
    {
        await using var client = Clients.Offline([.. Enumerable.Range(0, Patterns)
            .Select(i => new FlagJson($"f{i}").Rule(3, Clause("p", "MatchRegex", $"^v{i}$")))]);
        FfcUser[] users = [.. Enumerable.Range(0, Patterns).Select(i => FfcUser.Builder("u").Custom("p", $"v{i}").Build())];

        foreach (var step in new[] { 1, 1, 7, 16, 33 })
        {
            for (var n = 0; n < Patterns * Patterns; n++)
            {
                var (flag, user) = (n * step % Patterns, n / Patterns);
                var expected = flag == user ? "3 v3: rule match" : "1 on: fall through all rules";
                Assert.Equal(expected, client.EvaluateAsText($"f{flag}", users[user]));
            }
        }
    }

    [Fact]
    public async Task The_same_pattern_on_two_properties_has_two_results()
    {
        await using var client = Clients.Offline(
            new FlagJson("a").Rule(3, Clause("p", "MatchRegex", "^x$")),
            new FlagJson("b").Rule(3, Clause("q", "MatchRegex", "^x$")).Rule(4, Clause("q", "NotMatchRegex", "^x$")));
        var user = FfcUser.Builder("u").Custom("p", "x").Custom("q", "y").Build();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("3 v3: rule match", client.EvaluateAsText("a", user));
            Assert.Equal("4 v4: rule match", client.EvaluateAsText("b", user));
        }
    }

    [Fact]
    public async Task One_user_can_be_evaluated_on_several_threads_concurrently()
    {
        await using var client = Clients.Offline([.. Enumerable.Range(0, Patterns)
            .Select(i => new FlagJson($"f{i}").Rule(3, Clause("p", "MatchRegex", i % 2 == 0 ? "^v" : "^w")))]);
        var user = FfcUser.Builder("u").Custom("p", "v").Build();

        Parallel.For(
            0, 20_000, n => Assert.Equal(n % 2 == 0, client.EvaluateAsText($"f{n % Patterns}", user) == "3 v3: rule match"));
    }
}
