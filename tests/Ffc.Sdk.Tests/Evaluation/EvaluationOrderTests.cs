using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Evaluation;

/// <summary>The first of the steps that gives an answer ends an evaluation.</summary>
public sealed class EvaluationOrderTests
{
    private static readonly System.Text.Json.Nodes.JsonObject IsAda = Clause("KeyId", "Equal", "ada");

    private static FlagJson Everything() => new FlagJson("a")
        .Requires("gate").Targets(3, "ada").Rule(4, IsAda).Rollouts(Rollout(0, 1, 5)).Experiment(null);

    [Theory]
    [InlineData(0, "2 off: flag off", false)]
    [InlineData(1, "2 off: prerequisite failed", false)]
    [InlineData(2, "3 v3: target match", true)]
    [InlineData(3, "4 v4: rule match", true)]
    [InlineData(4, "5 v5: fall through all rules", true)]
    [InlineData(5, "2 off: fall through all rules", false)]
    public async Task Each_step_comes_before_all_later_ones(int stepsTakenAway, string expected, bool sendToExperiment)
    {
        // All steps at work: each row takes away one step more, from the first on.
        var flag = Everything();
        if (stepsTakenAway == 0)
            flag.Disabled();
        if (stepsTakenAway > 2)
            flag.Without("targetIndividuals");
        if (stepsTakenAway > 3)
            flag.Without("fftuwmtr");
        if (stepsTakenAway > 4)
            flag.Rollouts();
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, flag, stepsTakenAway < 2 ? new FlagJson("gate").Disabled() : new FlagJson("gate"));

        Assert.Equal(expected, client.Ask("a"));
        Assert.Equal(sendToExperiment, events.TakeAll()[^1].SendToExperiment);
    }

    [Fact]
    public async Task A_disabled_flag_evaluates_none_of_its_prerequisites()
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, Everything().Disabled(), new FlagJson("gate"));
        client.Ask("a");

        Assert.Equal(["a"], events.TakeAll().Select(e => e.Answer.FlagKey));
    }

    [Theory]
    [InlineData("ada", "3 v3: target match")] // the first target that names her
    [InlineData("bob", "4 v4: target match")]
    [InlineData("id of ada", "1 on: fall through all rules")] // by keyId, nothing else
    [InlineData("ADA", "1 on: fall through all rules")]
    [InlineData("zoë", "3 v3: target match")]
    public async Task Targets_go_by_the_users_key_and_the_first_one_wins(string key, string expected)
    {
        await using var client = Clients.Offline(new FlagJson("a").Targets(3, "ada", "zoë").Targets(4, "bob", "ada"));

        Assert.Equal(expected, client.Ask("a", Clients.User(key)));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_targeted_user_counts_in_an_experiment_unless_it_leaves_out_rules(bool? includesAllRules, bool expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Targets(3, "ada").Experiment(includesAllRules));
        client.Ask("a");

        Assert.Equal(expected, Assert.Single(events.TakeAll()).SendToExperiment);
    }

    [Theory]
    [InlineData("NL", "pro", "3 v3: rule match")]
    [InlineData("NL", "free", "4 v4: rule match")] // all clauses of a rule must hold
    [InlineData("DE", "pro", "5 v5: rule match")]
    [InlineData("DE", "free", "1 on: fall through all rules")]
    public async Task The_first_rule_whose_clauses_all_hold_decides(string country, string plan, string expected)
    {
        await using var client = Clients.Offline(new FlagJson("a")
            .Rule(3, Clause("Country", "Equal", "NL"), Clause("plan", "Equal", "pro"))
            .Rule(4, Clause("Country", "Equal", "NL"))
            .Rule(5, Clause("plan", "Equal", "pro"))
            .Rule(6, Clause("plan", "Equal", "pro")));

        Assert.Equal(expected, client.Ask("a", FfcUser.Builder("u").Country(country).Custom("plan", plan).Build()));
    }

    [Fact]
    public async Task A_rule_without_clauses_never_matches()
    {
        await using var client = Clients.Offline(new FlagJson("a").Rule(3));

        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
    }

    [Fact]
    public async Task A_matching_rule_none_of_whose_rollouts_takes_the_user_goes_on_with_the_default_and_no_later_rule()
    {
        await using var client = Clients.Offline(
            new FlagJson("a").Rule([Rollout(0, 0, 3)], [IsAda]).Rule(4, IsAda),
            new FlagJson("b").Rule([], [IsAda]).Rule(4, IsAda));

        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
        Assert.Equal("1 on: fall through all rules", client.Ask("b"));
    }

    [Fact]
    public async Task Where_no_rollout_takes_the_user_the_off_variation_answers_and_does_not_count_in_an_experiment()
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(
            events,
            new FlagJson("none").Rollouts().Experiment(null),
            new FlagJson("empty").Rollouts(Rollout(0, 0, 3)).Experiment(null),
            new FlagJson("rule too").Rule([Rollout(0, 0, 3)], [IsAda]).Rollouts(Rollout(0, 0, 3)).Experiment(true, true));

        foreach (var key in new[] { "none", "empty", "rule too" })
        {
            Assert.Equal("2 off: fall through all rules", client.Ask(key));
            Assert.Equal(
                new RecordedEvent(new Answer(key, "2", "off", "fall through all rules"), false), Assert.Single(events.TakeAll()));
        }
    }

    [Theory]
    [InlineData("Enabled", "1 on: fall through all rules")]
    [InlineData("Disabled", "2 off: flag off")]
    public async Task The_status_switches_a_flag(string status, string expected)
    {
        await using var client = Clients.Offline(new FlagJson("a").Set("ff.status", status));

        Assert.Equal(expected, client.Ask("a"));
    }
}
