using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Evaluation;

/// <summary>A server sends null for a variation that was deleted while it was in use. Only the users who would get it are affected.</summary>
public sealed class MalformedFlagTests
{
    private static readonly FfcUser Ada = Clients.User();
    private static readonly FfcUser Bob = Clients.User("bob");

    [Fact]
    public async Task Evaluation_returns_the_default_only_to_targeted_users_whose_variation_is_null()
    {
        var flag = new FlagJson("a").Targets(3, "ada");
        flag.Json["targetIndividuals"]![0]!["valueOption"] = null;

        await AssertMalformedFor(Ada, flag);
        await AssertEvaluates("1 on: fall through all rules", Bob, flag);
    }

    [Fact]
    public async Task Evaluation_returns_the_default_only_to_users_of_a_rollout_whose_variation_is_null()
    {
        var rollout = Rollout(0, 1, 3);
        rollout["valueOption"] = null;
        var flag = new FlagJson("a").Rule([rollout], [Clause("KeyId", "Equal", "ada")]);

        await AssertMalformedFor(Ada, flag);
        await AssertEvaluates("1 on: fall through all rules", Bob, flag);
    }

    [Fact]
    public async Task Evaluation_returns_the_default_if_the_flag_is_off_and_its_off_variation_is_null()
    {
        await AssertMalformedFor(Ada, new FlagJson("a").Disabled().Set("ff.variationOptionWhenDisabled", null));
        await AssertEvaluates("1 on: fall through all rules", Ada, new FlagJson("a").Set("ff.variationOptionWhenDisabled", null));
    }

    [Fact]
    public async Task A_prerequisite_fails_if_its_required_variation_is_null()
    {
        var flag = new FlagJson("a").Requires("gate");
        flag.Json["ffp"]![0]!["valueOptionsVariationValue"] = null;

        await AssertEvaluates("2 off: prerequisite failed", Ada, flag, new FlagJson("gate"));
    }

    [Fact]
    public async Task A_prerequisite_fails_without_an_event_if_its_own_variation_is_null()
    {
        var events = new RecordedInsights();
        var gate = new FlagJson("gate").Disabled().Set("ff.variationOptionWhenDisabled", null);
        await using var client = Clients.Offline(events, new FlagJson("a").Requires("gate"), gate);

        Assert.Equal("2 off: prerequisite failed", client.Ask("a"));
        Assert.Equal("a", Assert.Single(events.TakeAll()).Answer.FlagKey);
    }

    private static async Task AssertMalformedFor(FfcUser user, FlagJson flag)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, flag, new FlagJson("b"));

        var state = client.VariationDetail("a", user, "d");
        Assert.Equal((EvaluationError.MalformedFlag, "error in evaluation"), (state.Error, state.Reason));
        Assert.Equal(("d", (string?)null), (state.Value, state.VariationId));
        var all = client.GetAllFlags(user);
        Assert.Equal(["b"], all.Keys);
        Assert.Null(all.Get("a"));
        Assert.True(client.Evaluator.Evaluate("a", user)!.Value.IsMalformed);
        Assert.True(client.IsFlagKnown("a"));
        Assert.Empty(events.TakeAll());
    }

    private static async Task AssertEvaluates(string expected, FfcUser user, params ItemJson[] items)
    {
        await using var client = Clients.Offline(items);

        Assert.Equal(expected, client.Ask("a", user));
    }
}
