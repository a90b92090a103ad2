using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Evaluation;

public sealed class PrerequisiteTests
{
    private const string Passed = "1 on: fall through all rules";
    private const string Failed = "2 off: prerequisite failed";

    [Theory]
    [InlineData(1, false, Passed)]
    [InlineData(3, false, Failed)] // another variation is required
    [InlineData(1, true, Failed)] // disabled: the off variation is not the required one
    [InlineData(2, true, Passed)] // disabled: the off variation is the required one
    public async Task A_prerequisite_must_return_the_required_variation(int required, bool disabled, string expected)
    {
        var gate = new FlagJson("gate");
        await using var client = Clients.Offline(new FlagJson("a").Requires("gate", required), disabled ? gate.Disabled() : gate);

        Assert.Equal(expected, client.EvaluateAsText("a"));
    }

    [Fact]
    public async Task An_unknown_prerequisite_fails_and_does_not_count_in_an_experiment()
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Requires("unknown").Experiment(null));

        Assert.Equal(Failed, client.EvaluateAsText("a"));
        var expected = new RecordedEvent(new FlagResult("a", "2", "off", "prerequisite failed"), false);
        Assert.Equal(expected, Assert.Single(events.TakeAll()));
    }

    [Fact]
    public async Task An_archived_prerequisite_fails()
    {
        await using var client = Clients.Offline(new FlagJson("a").Requires("gate"), new FlagJson("gate").Archived());

        Assert.Equal(Failed, client.EvaluateAsText("a"));
    }

    [Fact]
    public async Task A_flag_that_requires_itself_ignores_that_prerequisite()
    {
        await using var client = Clients.Offline(new FlagJson("a").Requires("a", 7).Requires("gate"), new FlagJson("gate"));

        Assert.Equal(Passed, client.EvaluateAsText("a"));
    }

    [Theory]
    [InlineData("c", "a b d c")] // in order; prerequisites precede the flag that requires them
    [InlineData("d", "b d")]
    [InlineData("failing", "a off failing")] // the remaining prerequisites are not evaluated
    public async Task Events_of_prerequisites_precede_the_event_of_the_flag(string key, string expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(
            events,
            new FlagJson("a"),
            new FlagJson("b"),
            new FlagJson("c").Requires("a").Requires("d"),
            new FlagJson("d").Requires("b"),
            new FlagJson("off").Disabled(),
            new FlagJson("failing").Requires("a").Requires("off").Requires("b"));
        client.EvaluateAsText(key);

        Assert.Equal(expected, string.Join(' ', events.TakeAll().Select(item => item.Result.FlagKey)));
    }

    [Fact]
    public async Task A_prerequisite_is_evaluated_completely_for_the_same_user()
    {
        await using var client = Clients.Offline(
            new FlagJson("a").Requires("gate", 3), new FlagJson("gate").Targets(3, "ada"));

        Assert.Equal(Passed, client.EvaluateAsText("a", Clients.User("ada")));
        Assert.Equal(Failed, client.EvaluateAsText("a", Clients.User("bob")));
    }

    [Theory]
    [InlineData("a>b b>a", "a b")]
    [InlineData("a>b b>c c>a", "a b c")]
    [InlineData("a>b b>c c>d d>e e>a", "a b c d e")]
    [InlineData("a>b b>c c>b", "b c")] // a fails, too, because its prerequisite returns the off variation
    [InlineData("a>b b>a a>c c>a", "a b c")] // two cycles through one flag
    [InlineData("a>b b>c c>a b>a", "a b c")]
    [InlineData("a>a a>b b>a", "a b")]
    [InlineData("a>x a>b b>a x>y", "a b")] // a passing prerequisite does not help
    public async Task Every_flag_of_a_cycle_fails_even_if_it_requires_the_off_variation(string edges, string inCycle)
    {
        // Each requires the other's off variation, which a failing flag returns. The flags fail only because of the cycle.
        await using var client = Clients.Offline(Graph(edges, required: 2));

        foreach (var key in inCycle.Split(' '))
        {
            for (var again = 0; again < 2; again++)
                Assert.Equal(Failed, client.EvaluateAsText(key));
        }
    }

    [Theory]
    [InlineData("a>b b>a", "a", "b a")]
    [InlineData("a>b b>a", "b", "a b")]
    [InlineData("a>b b>c c>a", "b", "a c b")]
    [InlineData("a>x a>b b>a", "a", "x b a")]
    [InlineData("a>x a>b b>a", "b", "x a b")]
    public async Task Each_flag_of_a_cycle_creates_one_event_outside_of_experiments(
        string edges, string evaluated, string expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, [.. Graph(edges, required: 1).Select(flag => flag.Experiment(null))]);
        client.EvaluateAsText(evaluated);

        var recorded = events.TakeAll();
        Assert.Equal(expected, string.Join(' ', recorded.Select(item => item.Result.FlagKey)));
        Assert.All(
            recorded.Where(item => item.Result.FlagKey != "x"),
            e => Assert.Equal(("prerequisite failed", false), (e.Result.Reason, e.SendToExperiment)));
    }

    [Theory]
    [InlineData("b", "a: 2 off: prerequisite failed, b: 2 off: flag off, c: 2 off: prerequisite failed")]
    [InlineData("a", "a: 2 off: flag off, b: 2 off: prerequisite failed, c: 2 off: prerequisite failed")]
    public async Task A_disabled_flag_breaks_a_cycle_and_no_warning_is_logged(string disabled, string expected)
    {
        var flags = Graph("a>b b>c c>a", required: 1);
        flags.Single(flag => flag.Json["id"]!.GetValue<string>() == FlagJson.Id(disabled)).Disabled();
        var logs = new FakeLogCollector();
        await using var client = Clients.Offline(logs, [.. flags]);

        Assert.Equal(expected, string.Join(", ", "abc".Select(key => $"{key}: {client.EvaluateAsText(key.ToString())}")));
        Assert.DoesNotContain(logs.GetSnapshot(), log => log.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task A_broken_cycle_is_evaluated_like_other_prerequisites()
    {
        // b is disabled, and a requires its off variation; c requires a.
        await using var client = Clients.Offline(
            new FlagJson("a").Requires("b", 2), new FlagJson("b").Requires("c").Disabled(), new FlagJson("c").Requires("a", 1));

        Assert.Equal(Passed, client.EvaluateAsText("a"));
        Assert.Equal(Passed, client.EvaluateAsText("c"));
    }

    [Fact]
    public async Task A_flag_that_only_requires_a_flag_of_a_cycle_is_not_part_of_it()
    {
        await using var client = Clients.Offline([
            .. Graph("a>b b>a requires-off>a x>y", required: 2),
            new FlagJson("requires-on").Requires("a", 1)]);

        Assert.Equal(Failed, client.EvaluateAsText("a"));
        Assert.Equal(Passed, client.EvaluateAsText("requires-off")); // a returns its off variation, as required
        Assert.Equal(Failed, client.EvaluateAsText("requires-on"));
    }

    private static FlagJson[] Graph(string edges, int required)
    {
        var flags = new Dictionary<string, FlagJson>();
        FlagJson Flag(string key) => flags.TryGetValue(key, out var flag) ? flag : flags[key] = new FlagJson(key);

        foreach (var edge in edges.Split(' '))
        {
            var (from, to) = (edge.Split('>')[0], edge.Split('>')[1]);
            // The flags x and y are never in a cycle and return variation 1.
            Flag(from).Requires(to, to is "x" or "y" ? 1 : required);
            Flag(to);
        }

        return [.. flags.Values];
    }
}
