using System.Text.Json.Nodes;
using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Evaluation;

/// <summary>A variation that was deleted while in use is null. Only users who would get it are affected.</summary>
public sealed class MalformedFlagTests
{
    private static readonly FfcUser Ada = Clients.User();
    private static readonly FfcUser Bob = Clients.User("bob");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Targeted_users_get_the_default_when_their_variation_is_null_or_missing(bool isNull)
    {
        var flag = new FlagJson("a").Targets(3, "ada");
        Remove((JsonObject)flag.Json["targetIndividuals"]![0]!, "valueOption", isNull);

        await AssertMalformedAsync(Ada, flag);
        await AssertEvaluatesAsync("1 on: fall through all rules", Bob, flag);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Users_of_a_rollout_get_the_default_when_its_variation_is_null_or_missing(bool isNull)
    {
        var rollout = Rollout(0, 1, 3);
        Remove(rollout, "valueOption", isNull);
        var flag = new FlagJson("a").Rule([rollout], [Clause("KeyId", "Equal", "ada")]);

        await AssertMalformedAsync(Ada, flag);
        await AssertMalformedAsync(Ada, new FlagJson("a").Rollouts(rollout));
        await AssertEvaluatesAsync("1 on: fall through all rules", Bob, flag);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disabled_flag_returns_the_default_when_its_off_variation_is_null_or_missing(bool isNull)
    {
        var flag = new FlagJson("a");
        Remove((JsonObject)flag.Json["ff"]!, "variationOptionWhenDisabled", isNull);

        await AssertEvaluatesAsync("1 on: fall through all rules", Ada, flag);
        await AssertMalformedAsync(Ada, flag.Disabled());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_prerequisite_fails_when_its_required_variation_is_null_or_missing(bool isNull)
    {
        var flag = new FlagJson("a").Requires("gate");
        Remove((JsonObject)flag.Json["ffp"]![0]!, "valueOptionsVariationValue", isNull);

        await AssertEvaluatesAsync("2 off: prerequisite failed", Ada, flag, new FlagJson("gate"));
    }

    [Fact]
    public async Task A_prerequisite_fails_without_an_event_when_its_own_variation_is_null()
    {
        var events = new RecordedInsights();
        var gate = new FlagJson("gate").Disabled().Set("ff.variationOptionWhenDisabled", null);
        await using var client = Clients.Offline(events, new FlagJson("a").Requires("gate"), gate);

        Assert.Equal("2 off: prerequisite failed", client.EvaluateAsText("a"));
        Assert.Equal("a", Assert.Single(events.TakeAll()).Result.FlagKey);
    }

    private static void Remove(JsonObject parent, string member, bool setToNull)
    {
        parent.Remove(member);
        if (setToNull)
            parent[member] = null;
    }

    private static async Task AssertMalformedAsync(FfcUser user, FlagJson flag)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, flag, new FlagJson("b"));

        var state = client.VariationDetail("a", user, "d");
        Assert.Equal((false, EvaluationError.MalformedFlag, "error in evaluation"), (state.Success, state.Error, state.Reason));
        Assert.Equal(("d", null), (state.Value, state.VariationId));
        var all = client.GetAllFlags(user);
        Assert.Equal(["b"], all.Keys);
        Assert.Null(all.Get("a"));
        Assert.True(client.Evaluator.Evaluate("a", user)!.Value.IsMalformed);
        Assert.True(client.IsFlagKnown("a"));
        Assert.Empty(events.TakeAll());
    }

    private static async Task AssertEvaluatesAsync(string expected, FfcUser user, params ItemJson[] items)
    {
        await using var client = Clients.Offline(items);

        Assert.Equal(expected, client.EvaluateAsText("a", user));
    }
}
