using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Evaluation;

public sealed class ExplainTests
{
    private static readonly FfcUser Ada = FfcUser.Builder("ada").Email("ada@example.com").Custom("plan", "Pro").Build();

    [Fact]
    public async Task The_text_contains_every_step()
    {
        await using var client = Clients.Offline(
            new FlagJson("base").Targets(1, "ada"),
            new FlagJson("a")
                .Requires("base")
                .Targets(2, "bob")
                .Rule(
                    2,
                    FlagJson.Clause("plan", "IsOneOf", """["pro","team"]"""),
                    FlagJson.Clause("email", "EndsWith", "@example.com"))
                .Rule(
                    [FlagJson.Rollout(0, 0.25, 3, "x"), FlagJson.Rollout(0.25, 1, 4, "y")],
                    [SegmentJson.InAny("beta", "none"), FlagJson.Clause("country", "NotEqual", "FR")]),
            new SegmentJson("beta").Rule(FlagJson.Clause("email", "MatchRegex", "ada")));

        var explanation = client.Explain("a", Ada);

        Assert.Equal(
            """
            flag 'a' for user 'ada': variation 4 'y' (rule match)
              the flag is on
              prerequisite 'base' must return variation 1: true, it returned the required variation (target match)
                flag 'base' for user 'ada': variation 1 'v1' (target match)
                  the flag is on
                  the user is targeted individually
                  experiment: yes, the experiment includes targeted users
              rule 1: does not match
                plan is one of pro, team: false, the value is 'Pro'
                email ends with @example.com: true, the value is 'ada@example.com'
              rule 2: matches
                country is not FR: true, the user has no country
                user is in a segment of beta, none: true
                  beta: yes, rule 1 of the segment matches
                  none: no, there is no such segment
              rollout of rule 2, by key: the user is at 0.962572
                0 to 0.25: variation 3 'x'
                0.25 to 1: variation 4 'y' <- user
              experiment: yes, the experiment includes all users of the rollout
            """.ReplaceLineEndings("\n"),
            explanation.ToString());
    }

    [Theory]
    [InlineData(false, true, "a", EvaluationError.ClientNotReady)]
    [InlineData(true, true, "unknown", EvaluationError.FlagNotFound)]
    [InlineData(true, true, null, EvaluationError.FlagNotFound)]
    [InlineData(true, false, "a", EvaluationError.UserNotSpecified)]
    [InlineData(true, true, "deleted", EvaluationError.MalformedFlag)]
    public async Task The_error_is_that_of_the_evaluation(bool ready, bool hasUser, string? key, EvaluationError error)
    {
        await using var client = ready
            ? Clients.Offline(new FlagJson("a"), new FlagJson("deleted").Disabled().Set("ff.variationOptionWhenDisabled", null))
            : new FfcClient(new FfcOptions { Offline = true });
        var user = hasUser ? Ada : null;

        var explanation = client.Explain(key!, user);

        Assert.Equal((error, null), (explanation.Error, explanation.Value));
        Assert.Equal(client.VariationDetail(key!, user, "").Reason, explanation.Reason);
        Assert.Contains("the default", explanation.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing", "there is no such flag")]
    [InlineData("off", "it returned variation 2 (flag off)")]
    [InlineData("a", "a flag that requires itself ignores this prerequisite")]
    [InlineData("cycle", "it was not evaluated")]
    [InlineData("deleted", "the required flag is malformed")]
    public async Task A_prerequisite_says_why_it_holds_or_not(string required, string because)
    {
        await using var client = Clients.Offline(
            new FlagJson("a").Requires(required),
            new FlagJson("off").Disabled(),
            new FlagJson("cycle").Requires("a"),
            new FlagJson("deleted").Disabled().Set("ff.variationOptionWhenDisabled", null));

        // In a cycle, the first flag is explained down to the flag that is already being evaluated.
        var prerequisite = Assert.Single(client.Explain("a", Ada).Prerequisites);
        if (required == "cycle")
            prerequisite = Assert.Single(prerequisite.Evaluation!.Prerequisites);

        Assert.StartsWith(because, prerequisite.Because, StringComparison.Ordinal);
        Assert.Equal(required == "a", prerequisite.Holds);
    }

    [Theory]
    [InlineData("excluded", false, "the segment excludes the user")]
    [InlineData("included", true, "the segment includes the user")]
    [InlineData("rules", false, "no rule of the segment matches")]
    [InlineData("others", false, "the segment does not include the user")]
    [InlineData("missing", false, "there is no such segment")]
    public async Task A_segment_says_why_it_contains_the_user_or_not(string id, bool contains, string because)
    {
        await using var client = Clients.Offline(
            new FlagJson("a").Rule(2, SegmentJson.InAny(id)),
            new SegmentJson("excluded").Excludes("ada").Includes("ada"),
            new SegmentJson("included").Includes("ada"),
            new SegmentJson("rules").Rule(FlagJson.Clause("plan", "Equal", "pro")),
            new SegmentJson("others").Includes("bob"));

        var segment = Assert.Single(Assert.Single(Assert.Single(client.Explain("a", Ada).Rules).Clauses).Segments);

        Assert.Equal(
            new SegmentExplanation { Id = id, Contains = contains, Because = because }, segment);
    }

    [Fact]
    public async Task A_property_that_differs_from_a_built_in_one_by_case_is_logged_once()
    {
        var logs = new FakeLogCollector();
        await using var client = new FfcClient(new FfcOptions
        {
            Offline = true,
            Bootstrap = MessageJson.Full(new FlagJson("a")),
            LoggerFactory = Clients.Logging(logs),
        });
        client.Variation("a", FfcUser.Builder("ada").Email("a").Custom("email", "x").Custom("Plan", "pro").Build(), "");
        Assert.DoesNotContain(logs.GetSnapshot(), log => log.Level == LogLevel.Warning);

        client.GetAllFlags(FfcUser.Builder("ada").Custom("Email", "a@example.com").Build());
        client.Variation("a", FfcUser.Builder("bob").Custom("NAME", "Bob").Build(), "");
        var warning = Assert.Single(logs.GetSnapshot(), log => log.Level == LogLevel.Warning);
        Assert.StartsWith("A user has the custom property Email,", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Email", "email")]
    [InlineData("COUNTRY", "country")]
    [InlineData("NAME", "name")]
    [InlineData("Key", "key")]
    public async Task A_property_that_differs_from_a_built_in_one_by_case_gives_a_hint(string name, string builtIn)
    {
        await using var client = Clients.Offline(new FlagJson("a"));
        var user = FfcUser.FromJson($$"""{"key":"ada","{{name}}":"x"}""");

        var explanation = client.Explain("a", user);

        var hint = $"'{name}' is a custom property. The built-in property is '{builtIn}'.";
        Assert.Equal(hint, Assert.Single(explanation.Hints));
        Assert.EndsWith($"\nhint: {hint}", explanation.ToString(), StringComparison.Ordinal);
        Assert.Empty(client.Explain("a", Ada).Hints);
    }

    [Fact]
    public async Task Long_operands_are_shortened()
    {
        var keys = string.Join(',', Enumerable.Range(0, 50).Select(i => $"\"city-{i:00}\""));
        await using var client = Clients.Offline(new FlagJson("a")
            .Rule(2, FlagJson.Clause("city", "IsOneOf", $"[{keys}]"), FlagJson.Clause("city", "Equal", new string('x', 500))));

        var clauses = Assert.Single(client.Explain("a", Ada).Rules).Clauses;

        Assert.Equal(new string('x', 100) + "…", clauses.Single(clause => clause.Operation == "is").Operand);
        var list = clauses.Single(clause => clause.Operation == "is one of").Operand;
        Assert.StartsWith("city-00, city-01, ", list, StringComparison.Ordinal);
        Assert.EndsWith(" (and 40 more)", list, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, "the position of the user in the experiment is")]
    [InlineData(0, "the rollout is not part of an experiment")]
    public async Task The_experiment_reason_names_the_rollout(double share, string because)
    {
        await using var client = Clients.Offline(new FlagJson("a")
            .Rollouts(FlagJson.Rollout(0, 1, 1, "x", share))
            .Experiment(includesAllRules: false, includesDefaultRule: true));

        Assert.StartsWith(because, client.Explain("a", Ada).ExperimentReason, StringComparison.Ordinal);
    }
}
