using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Evaluation;

/// <summary>The first step that returns a variation ends the evaluation.</summary>
public sealed class EvaluationOrderTests
{
    private static readonly System.Text.Json.Nodes.JsonObject IsAda = Clause("KeyId", "Equal", "ada");

    private static FlagJson FlagWithAllSteps() => new FlagJson("a")
        .Requires("gate").Targets(3, "ada").Rule(4, IsAda).Rollouts(Rollout(0, 1, 5)).Experiment(null);

    [Theory]
    [InlineData(0, "2 off: flag off", false)]
    [InlineData(1, "2 off: prerequisite failed", false)]
    [InlineData(2, "3 v3: target match", true)]
    [InlineData(3, "4 v4: rule match", true)]
    [InlineData(4, "5 v5: fall through all rules", true)]
    [InlineData(5, "2 off: fall through all rules", false)]
    public async Task Each_step_takes_precedence_over_all_later_steps(int removedSteps, string expected, bool sendToExperiment)
    {
        // The flag has all steps. Each row removes one more, beginning with the first.
        var flag = FlagWithAllSteps();
        if (removedSteps == 0)
            flag.Disabled();
        if (removedSteps > 2)
            flag.Without("targetIndividuals");
        if (removedSteps > 3)
            flag.Without("fftuwmtr");
        if (removedSteps > 4)
            flag.Rollouts();
        var events = new RecordedInsights();
        var gate = removedSteps < 2 ? new FlagJson("gate").Disabled() : new FlagJson("gate");
        await using var client = Clients.Offline(events, flag, gate);

        Assert.Equal(expected, client.EvaluateAsText("a"));
        Assert.Equal(sendToExperiment, events.TakeAll()[^1].SendToExperiment);
    }

    [Fact]
    public async Task A_disabled_flag_does_not_evaluate_its_prerequisites()
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, FlagWithAllSteps().Disabled(), new FlagJson("gate"));
        client.EvaluateAsText("a");

        Assert.Equal(["a"], events.TakeAll().Select(item => item.Result.FlagKey));
    }

    [Theory]
    [InlineData("ada", "3 v3: target match")] // the first target that lists the user
    [InlineData("bob", "4 v4: target match")]
    [InlineData("id of ada", "1 on: fall through all rules")] // only keyId counts
    [InlineData("ADA", "1 on: fall through all rules")]
    [InlineData("zoë", "3 v3: target match")]
    public async Task The_first_target_that_lists_the_key_of_the_user_decides(string key, string expected)
    {
        await using var client = Clients.Offline(new FlagJson("a").Targets(3, "ada", "zoë").Targets(4, "bob", "ada"));

        Assert.Equal(expected, client.EvaluateAsText("a", Clients.User(key)));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_targeted_user_counts_in_the_experiment_unless_it_excludes_rules(bool? includesAllRules, bool expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Targets(3, "ada").Experiment(includesAllRules));
        client.EvaluateAsText("a");

        Assert.Equal(expected, Assert.Single(events.TakeAll()).SendToExperiment);
    }

    [Theory]
    [InlineData("NL", "pro", "3 v3: rule match")]
    [InlineData("NL", "free", "4 v4: rule match")] // all clauses of a rule must be true
    [InlineData("DE", "pro", "5 v5: rule match")]
    [InlineData("DE", "free", "1 on: fall through all rules")]
    public async Task The_first_rule_whose_clauses_are_all_true_decides(string country, string plan, string expected)
    {
        await using var client = Clients.Offline(new FlagJson("a")
            .Rule(3, Clause("Country", "Equal", "NL"), Clause("plan", "Equal", "pro"))
            .Rule(4, Clause("Country", "Equal", "NL"))
            .Rule(5, Clause("plan", "Equal", "pro"))
            .Rule(6, Clause("plan", "Equal", "pro")));

        Assert.Equal(expected, client.EvaluateAsText("a", FfcUser.Builder("u").Country(country).Custom("plan", plan).Build()));
    }

    [Fact]
    public async Task A_rule_without_clauses_never_matches()
    {
        await using var client = Clients.Offline(new FlagJson("a").Rule(3));

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }

    [Fact]
    public async Task The_default_rollout_applies_when_no_rollout_of_the_matching_rule_includes_the_user()
    {
        await using var client = Clients.Offline(
            new FlagJson("a").Rule([Rollout(0, 0, 3)], [IsAda]).Rule(4, IsAda),
            new FlagJson("b").Rule([], [IsAda]).Rule(4, IsAda));

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("b"));
    }

    [Fact]
    public async Task The_off_variation_is_returned_outside_of_experiments_when_no_rollout_includes_the_user()
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(
            events,
            new FlagJson("none").Rollouts().Experiment(null),
            new FlagJson("empty").Rollouts(Rollout(0, 0, 3)).Experiment(null),
            new FlagJson("rule too").Rule([Rollout(0, 0, 3)], [IsAda]).Rollouts(Rollout(0, 0, 3)).Experiment(true, true));

        foreach (var key in new[] { "none", "empty", "rule too" })
        {
            Assert.Equal("2 off: fall through all rules", client.EvaluateAsText(key));
            Assert.Equal(
                new RecordedEvent(new FlagResult(key, "2", "off", "fall through all rules"), false),
                Assert.Single(events.TakeAll()));
        }
    }

    [Theory]
    [InlineData("Enabled", "1 on: fall through all rules")]
    [InlineData("Disabled", "2 off: flag off")]
    public async Task Status_enables_and_disables_a_flag(string status, string expected)
    {
        await using var client = Clients.Offline(new FlagJson("a").Set("ff.status", status));

        Assert.Equal(expected, client.EvaluateAsText("a"));
    }
}
