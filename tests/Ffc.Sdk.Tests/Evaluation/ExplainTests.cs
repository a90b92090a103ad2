using System.Text.Json.Nodes;
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
            $"""
            flag 'a' for user 'ada': variation 4 'y' (rule match)
              hint: {Assert.Single(explanation.Hints)}
              the flag is on
              prerequisite 'base' must return variation 1: true, it returned the required variation (target match)
                flag 'base' for user 'ada': variation 1 'v1' (target match)
                  the flag is on
                  the user is targeted individually
                  experiment: if the flag has an experiment, it includes all users
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
              experiment: if the flag has an experiment, it includes all users
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

        var hint = $"'{name}' is a custom property. If you mean the built-in property '{builtIn}', change the name in the user.";
        Assert.Equal(hint, Assert.Single(explanation.Hints));
        Assert.StartsWith(
            $"flag 'a' for user 'ada': variation 1 'on' (fall through all rules)\n  hint: {hint}\n",
            explanation.ToString(),
            StringComparison.Ordinal);
        Assert.Empty(client.Explain("a", Ada).Hints);
    }

    [Theory]
    [InlineData("new-checkout")]
    [InlineData("New-Checkout ")]
    public async Task A_key_that_differs_from_one_of_a_flag_by_case_or_white_space_gives_a_hint(string key)
    {
        await using var client = Clients.Offline(new FlagJson("New-Checkout"), new FlagJson("other"));

        var explanation = client.Explain(key, Ada);

        Assert.Equal(EvaluationError.FlagNotFound, explanation.Error);
        const string Hint = "There is a flag with the key 'New-Checkout'. Letter case and white space count.";
        Assert.Equal(Hint, Assert.Single(explanation.Hints));
        Assert.Contains(Hint, explanation.ToString(), StringComparison.Ordinal);
        Assert.Empty(client.Explain("unknown", Ada).Hints);
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
    [InlineData("plan", "Equal", "pro", "plan", "Pro", "the plan 'Pro' equals 'pro'", "letter case is")]
    [InlineData("plan", "NotEqual", "pro", "plan", "PRO", "the plan 'PRO' equals 'pro'", "letter case is")]
    [InlineData("plan", "IsOneOf", "[\"free\",\"pro\"]", "plan", "Pro", "the plan 'Pro' equals 'pro'", "letter case is")]
    [InlineData("plan", "StartsWith", "PRO", "plan", "pro-1", "the plan 'pro-1' starts with 'PRO'", "letter case is")]
    [InlineData("plan", "Contains", "PRO", "plan", "my pro", "the plan 'my pro' contains 'PRO'", "letter case is")]
    [InlineData("email", "EndsWith", "@a.com", "email", "x@A.com", "the email 'x@A.com' ends with '@a.com'", "letter case is")]
    [InlineData("plan", "Equal", "pro", "plan", "pro ", "the plan 'pro ' equals 'pro'", "white space at the ends is")]
    [InlineData("plan", "Equal", " pro", "plan", "pro", "the plan 'pro' equals ' pro'", "white space at the ends is")]
    [InlineData("beta", "IsTrue", "", "beta", "True ", "the beta 'True ' equals 'true'", "white space at the ends is")]
    [InlineData("plan", "Equal", "pro", "plan", "\tPro", "the plan '\tPro' equals 'pro'",
        "letter case and white space at the ends are")]
    public async Task A_value_that_differs_by_case_or_white_space_gives_a_hint(
        string property, string operation, string operand, string name, string value, string finding, string difference)
    {
        await using var client = Clients.Offline(new FlagJson("a").Rule(2, FlagJson.Clause(property, operation, operand)));
        var user = FfcUser.FromJson(new JsonObject { ["key"] = "ada", [name] = value }.ToJsonString());

        Assert.Equal(
            $"Rule 1: {finding} only if {difference} ignored. "
            + "The comparison is exact: change the value in the user or in the flag.",
            Assert.Single(client.Explain("a", user).Hints));
    }

    [Theory]
    [InlineData("Equal", "pro")]
    [InlineData("NotEqual", "pro")]
    [InlineData("IsOneOf", "[\"Pro\",\"pro\"]")]
    [InlineData("Equal", "team")]
    [InlineData("Contains", " ")]
    [InlineData("IsTrue", "")]
    public async Task A_value_that_matches_or_differs_otherwise_gives_no_hint(string operation, string operand)
    {
        await using var client = Clients.Offline(new FlagJson("a").Rule(2, FlagJson.Clause("plan", operation, operand)));

        Assert.Empty(client.Explain("a", FfcUser.Builder("ada").Custom("plan", "pro").Build()).Hints);
    }

    [Theory]
    [InlineData("plan", "Plan")]
    [InlineData("EMAIL", "email")]
    public async Task A_property_that_differs_from_that_of_a_rule_by_case_gives_a_hint(string ofRule, string ofUser)
    {
        await using var client = Clients.Offline(new FlagJson("a").Rule(2, FlagJson.Clause(ofRule, "Equal", "pro")));
        var user = FfcUser.FromJson($$"""{"key":"ada","{{ofUser}}":"pro"}""");

        Assert.Equal(
            $"Rule 1: it uses the property '{ofRule}', but the user has '{ofUser}'. "
            + "Names of properties are case-sensitive: change the name in the user or in the flag.",
            Assert.Single(client.Explain("a", user).Hints));
    }

    [Fact]
    public async Task Hints_name_the_segment_the_targets_and_the_required_flag()
    {
        await using var client = Clients.Offline(
            new FlagJson("base").Rule(2, FlagJson.Clause("plan", "Equal", "pro")),
            new FlagJson("a").Requires("base").Targets(2, "ADA").Rule(2, SegmentJson.InAny("beta")),
            new SegmentJson("beta").Includes("Ada").Excludes("ada ").Rule(FlagJson.Clause("email", "EndsWith", ".COM")));

        Assert.Equal(
            [
                "Flag 'base', rule 1: the plan 'Pro' equals 'pro'",
                "Rule 1, segment 'beta': the key 'ada' equals 'ada '",
                "Rule 1, segment 'beta': the key 'ada' equals 'Ada'",
                "Rule 1, segment 'beta', rule 1 of the segment: the email 'ada@example.com' ends with '.COM'",
                "Individual targets: the key 'ada' equals 'ADA'",
            ],
            client.Explain("a", Ada).Hints.Select(hint => hint.Split(" only if ")[0]));
    }

    [Theory]
    [InlineData(1.0, new[] { "0 to 1: variation 1 'v1' <- user" })]
    [InlineData(0.5, new[] { "0 to 0.5: variation 1 'v1'", "all other users: variation 2 'off' <- user" })]
    [InlineData(0.99, new[] { "0 to 0.99: variation 1 'v1' <- user", "all other users: variation 2 'off'" })]
    public async Task The_off_variation_is_labelled_and_left_out_if_no_user_gets_it(double end, string[] expected)
    {
        // The position of the user is 0.962572.
        await using var client = Clients.Offline(new FlagJson("a").Rollouts(FlagJson.Rollout(0, end, 1)));

        var explanation = client.Explain("a", Ada);

        var ranges = Assert.Single(explanation.Rollouts).Ranges;
        Assert.Equal(expected.Select(line => line.StartsWith("all", StringComparison.Ordinal)), ranges.Select(r => r.IsFallback));
        foreach (var line in expected)
            Assert.Contains($"\n    {line}\n", explanation.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 0.5, "if the flag has an experiment, it includes all users")]
    [InlineData(false, 1, "the experiment includes all users of the rollout")]
    [InlineData(false, 0.99, "the experiment includes users below 0.99; the user is at 0.")]
    [InlineData(false, 0.001, "the experiment includes users below 0.001; the user is at 0.")]
    [InlineData(false, 0, "the rollout is not part of an experiment")]
    public async Task The_experiment_reason_names_the_rollout(bool includesAllRules, double share, string because)
    {
        await using var client = Clients.Offline(new FlagJson("a")
            .Rollouts(FlagJson.Rollout(0, 1, 1, "x", share))
            .Experiment(includesAllRules, includesDefaultRule: true));

        var explanation = client.Explain("a", Ada);

        Assert.StartsWith(because, explanation.ExperimentReason, StringComparison.Ordinal);
        Assert.Contains($"\n  experiment: {because}", explanation.ToString(), StringComparison.Ordinal);
        if (because.Contains("below", StringComparison.Ordinal))
        {
            Assert.EndsWith(
                explanation.IsInExperiment ? ", so it includes the user" : ", so it does not include the user",
                explanation.ExperimentReason,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_experiment_reason_names_individual_targets()
    {
        await using var client = Clients.Offline(new FlagJson("a")
            .Targets(2, "ada")
            .Experiment(includesAllRules: false, includesDefaultRule: true));

        Assert.Equal("individually targeted users are not part of an experiment", client.Explain("a", Ada).ExperimentReason);
    }
}
