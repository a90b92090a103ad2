using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Evaluation;

public sealed class RolloutTests
{
    private const double Ada = 0.9625718053430319;

    // Computed with another implementation of MD5.
    [Theory]
    [InlineData("ada", Ada)]
    [InlineData("bob", 0.5287592862732708)]
    [InlineData("user-1", 0.6518811983987689)]
    [InlineData("u3635954944", 1.0)] // a key whose percentage is exactly 1
    [InlineData("日本", 0.5548091037198901)] // each character outside ASCII counts as ? …
    [InlineData("??", 0.5548091037198901)]
    [InlineData("😀", 0.5548091037198901)] // … and so does each half of a surrogate pair
    [InlineData("zoë", 0.004916053265333176)]
    [InlineData("zo?", 0.004916053265333176)]
    [InlineData("naïve@example.com", 0.914780127350241)]
    public void RolloutPercentage_is_computed_from_the_key_in_ASCII(string key, double expected) =>
        Assert.Equal(expected, Clients.User(key).RolloutPercentage);

    [Fact]
    public void RolloutPercentage_is_computed_from_the_complete_key_when_it_is_long()
    {
        Assert.Equal(0.1682652784511447, Clients.User(new string('x', 300)).RolloutPercentage);
        Assert.Equal(0.9621312962844968, Clients.User(new string('x', 299) + "é").RolloutPercentage);
        Assert.InRange(Clients.User(new string('x', 1_000_000)).RolloutPercentage, 0, 1);
    }

    [Fact]
    public async Task RolloutPercentage_depends_only_on_the_key()
    {
        var user = FfcUser.Builder("ada").Name("n").Email("e").Country("c").Custom("x", "y").Build();
        await using var client = Clients.Offline(
            new FlagJson("a").Rollouts(Rollout(0, 0.96, 1), Rollout(0.96, 1, 3)),
            new FlagJson("b").Rollouts(Rollout(0, 0.97, 1), Rollout(0.97, 1, 3)));

        Assert.Equal(Clients.User("ada").RolloutPercentage, user.RolloutPercentage);
        Assert.Equal("3 v3: fall through all rules", client.EvaluateAsText("a", user));
        Assert.Equal("1 v1: fall through all rules", client.EvaluateAsText("b", user));
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0.9, 1, true)]
    [InlineData(Ada, 1, true)] // min is inclusive
    [InlineData(0, Ada, false)] // max is exclusive
    [InlineData(0, 0.97, true)]
    [InlineData(0, 0.9, false)]
    [InlineData(0.97, 1, false)]
    [InlineData(0.5, 0.5, false)]
    [InlineData(1, 0, false)]
    [InlineData(-1, 2, true)]
    public async Task A_rollout_includes_users_from_its_min_to_below_its_max(double min, double max, bool included)
    {
        await using var client = Clients.Offline(new FlagJson("a").Rollouts(Rollout(min, max, 3)));

        Assert.Equal(included ? "3 v3: fall through all rules" : "2 off: fall through all rules", client.EvaluateAsText("a"));
    }

    [Theory]
    [InlineData(0, 1, "3 v3: fall through all rules")] // exactly [0, 1] includes all users
    [InlineData(0.5, 1, "2 off: fall through all rules")] // max is exclusive
    [InlineData(0, 1.5, "3 v3: fall through all rules")]
    public async Task A_user_at_exactly_1_is_included_only_when_the_rollout_includes_all_users(
        double min, double max, string expected)
    {
        await using var client = Clients.Offline(new FlagJson("a").Rollouts(Rollout(min, max, 3)));

        Assert.Equal(expected, client.EvaluateAsText("a", Clients.User("u3635954944")));
    }

    [Fact]
    public async Task The_first_rollout_that_includes_the_user_decides()
    {
        await using var client = Clients.Offline(
            new FlagJson("a").Rollouts(Rollout(0, 0.5, 3), Rollout(0.9, 1, 4), Rollout(0, 1, 5)));

        Assert.Equal("4 v4: fall through all rules", client.EvaluateAsText("a", Clients.User("ada")));
        Assert.Equal("5 v5: fall through all rules", client.EvaluateAsText("a", Clients.User("bob")));
    }

    [Fact]
    public async Task Rollouts_of_a_rule_include_users_like_default_rollouts()
    {
        await using var client = Clients.Offline(new FlagJson("a").Rule(
            [Rollout(0, 0.9, 3), Rollout(0.9, 1, 4)], [Clause("KeyId", "NotEqual", "x")]));

        Assert.Equal("4 v4: rule match", client.EvaluateAsText("a", Clients.User("ada")));
        Assert.Equal("3 v3: rule match", client.EvaluateAsText("a", Clients.User("bob")));
    }

    // Experiment percentages: ada 0.245…, bob 0.696…, zoë 0.667…, independently of the rollout percentage.
    [Theory]
    [InlineData("ada", null, true, 0.0, 0, 1, true)] // the flag includes all rules by default
    [InlineData("ada", null, false, 0.0, 0, 1, true)]
    [InlineData("ada", true, true, 0.0, 0, 1, true)] // the flag includes all rules
    [InlineData("ada", true, false, 1.0, 0, 1, true)]
    [InlineData("ada", true, true, 0.24, 0, 1, true)]
    [InlineData("bob", true, true, 0.34, 0.5, 1, true)]
    [InlineData("zoë", true, true, 0.66, 0, 1, true)]
    [InlineData("ada", true, null, 0.0, 0, 1, true)]
    [InlineData("ada", true, true, null, 0, 1, true)]
    [InlineData("ada", true, false, null, 0, 1, true)]
    [InlineData("ada", false, null, 0.0, 0, 1, true)] // the rule has no setting
    [InlineData("ada", false, true, null, 0, 1, true)] // the rollout has no share
    [InlineData("ada", false, false, null, 0, 1, true)]
    [InlineData("ada", false, false, 1.0, 0, 1, false)] // the rule is excluded
    [InlineData("ada", false, true, 0.0, 0, 1, false)] // the share is zero
    [InlineData("ada", false, true, 1.0, 0, 1, true)]
    [InlineData("ada", false, true, 0.25, 0, 1, true)] // 0.245 < 0.25
    [InlineData("ada", false, true, 0.24, 0, 1, false)]
    [InlineData("bob", false, true, 0.35, 0.5, 1, true)] // 0.696 < 0.35 / 0.5
    [InlineData("bob", false, true, 0.34, 0.5, 1, false)] // 0.696 > 0.34 / 0.5
    [InlineData("bob", false, true, 0.5, 0.5, 1, true)] // the whole rollout
    [InlineData("bob", false, true, 0.9, 0.5, 1, true)] // more than the whole rollout
    [InlineData("zoë", false, true, 0.67, 0, 1, true)] // the key in UTF-8; zo? would be at 0.084
    [InlineData("zoë", false, true, 0.66, 0, 1, false)]
    public async Task The_share_of_a_rollout_counts_in_the_experiment_unless_the_flag_includes_all_rules(
        string user, bool? flagIncludesAll, bool? ruleIncluded, double? share, double min, double max, bool expected)
    {
        var events = new RecordedInsights();
        var rollout = Rollout(min, max, 3, experiment: share);
        await using var client = Clients.Offline(
            events,
            new FlagJson("by default").Rollouts(rollout).Experiment(flagIncludesAll, ruleIncluded),
            new FlagJson("by rule").Rule([rollout], [Clause("KeyId", "NotEqual", "x")], ruleIncluded)
                .Experiment(flagIncludesAll, !expected));

        foreach (var (key, reason) in new[] { ("by default", "fall through all rules"), ("by rule", "rule match") })
        {
            Assert.Equal($"3 v3: {reason}", client.EvaluateAsText(key, Clients.User(user)));
            Assert.Equal(expected, Assert.Single(events.TakeAll()).SendToExperiment);
        }
    }
}
