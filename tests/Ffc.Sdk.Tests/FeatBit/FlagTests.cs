using System.Text.Json.Nodes;
using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FeatBitFlagJson;

namespace Ffc.Sdk.Tests.FeatBit;

public sealed class FlagTests
{
    [Theory]
    [InlineData("disabled", "ada", "id-off off: flag off")]
    [InlineData("targeted", "ada", "id-off off: target match")]
    [InlineData("targeted", "bob", "id-on on: fall through all rules")]
    [InlineData("ruled", "ada", "id-off off: rule match")]
    [InlineData("unknown", "ada", "-1 the default: flag not found")]
    [InlineData("archived", "ada", "-1 the default: flag not found")]
    public async Task A_flag_is_evaluated_in_the_order_of_the_server(string key, string userKey, string expected)
    {
        await using var client = Clients.OfflineFeatBit(
            new FeatBitFlagJson("disabled").Set("isEnabled", false).Targets("on", "ada"),
            new FeatBitFlagJson("targeted").Targets("off", "ada").Targets("on", "ada"),
            new FeatBitFlagJson("ruled").Rule().Rule([Rollout(0, 1, "on")], []),
            new FeatBitFlagJson("archived").Set("isArchived", true));

        Assert.Equal(expected, client.EvaluateAsText(key, Clients.User(userKey)));
    }

    [Fact]
    public async Task A_flag_is_malformed_for_users_whom_no_rollout_includes_or_whose_variation_is_unknown()
    {
        var events = new RecordedInsights();
        await using var client = Clients.OfflineFeatBit(
            events,
            new FeatBitFlagJson("rule").Rule([Rollout(0, 0, "off")], []),
            new FeatBitFlagJson("no rollouts").Rule([], []),
            new FeatBitFlagJson("fallthrough").Fallthrough(Rollout(0, 0, "on"), Rollout(0, 0, "off")),
            new FeatBitFlagJson("disabled").Set("isEnabled", false).Set("disabledVariationId", "?"),
            new FeatBitFlagJson("target").Targets("?", "ada"),
            new FeatBitFlagJson("variation").Fallthrough(Rollout(0, 1, "?")),
            new FeatBitFlagJson("value").Set("variations", new JsonArray(new JsonObject { ["id"] = "id-on" })),
            new FeatBitFlagJson("no lists").Set("variations", null).Set("targetUsers", null).Set("rules", null));

        foreach (var key in (string[])
            ["rule", "no rollouts", "fallthrough", "disabled", "target", "variation", "value", "no lists"])
        {
            Assert.Equal($"{key} -1 the default: error in evaluation", $"{key} {client.EvaluateAsText(key)}");
            Assert.Equal(EvaluationError.MalformedFlag, client.VariationDetail(key, Clients.User(), "").Error);
        }

        Assert.Empty(events.TakeAll());
        Assert.Equal("id-on on: fall through all rules", client.EvaluateAsText("target", Clients.User("bob")));
    }

    [Theory]
    [InlineData("key")]
    [InlineData("updatedAt")]
    [InlineData("fallthrough")]
    public async Task An_invalid_flag_is_left_out_and_the_others_are_applied(string missing)
    {
        await using var client = Clients.OfflineFeatBit(
            new FeatBitFlagJson("invalid").Without(missing),
            new FeatBitFlagJson("range").Fallthrough(new JsonObject { ["id"] = "id-on", ["rollout"] = new JsonArray(1) }),
            new FeatBitFlagJson("type").Set("isEnabled", "yes"),
            new FeatBitFlagJson("valid"));

        Assert.Equal("valid", string.Join(' ', client.GetAllFlags(Clients.User()).Keys));
    }

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", 1767323045000)]
    [InlineData("2026-01-02T03:04:05.1Z", 1767323045100)]
    [InlineData("2026-01-02T03:04:05.123456Z", 1767323045123)]
    [InlineData("2026-01-02T03:04:05.1239999Z", 1767323045123)] // not rounded
    [InlineData("2026-01-02T03:04:05.123", 1767323045123)] // UTC
    [InlineData("2026-01-02T05:04:05.123+02:00", 1767323045123)]
    public async Task The_version_is_the_time_of_the_update_in_milliseconds(string updatedAt, long version)
    {
        await using var client = Clients.OfflineFeatBit(new FeatBitFlagJson("f", updatedAt));

        Assert.Equal(version, client.FlagData.Version);
    }

    [Theory]
    [InlineData("boolean", "true false", "Boolean")]
    [InlineData("boolean", "true maybe", "String")]
    [InlineData("number", "1 -2.5", "Number")]
    [InlineData("number", "1 one", "String")]
    [InlineData("json", "{} 5", "Json")]
    [InlineData("json", "{} {", "String")]
    [InlineData("string", "true false", "String")]
    [InlineData(null, "true false", "String")]
    public void The_type_of_a_flag_is_declared(string? type, string values, string expected)
    {
        var flag = new FeatBitFlagJson("f").Variations(values.Split(' ')).Set("variationType", type);

        Assert.Equal(expected, FeatBitMessage.Compile(flag).ValueKind.ToString());
    }

    [Fact]
    public async Task Two_flags_with_one_key_and_the_newer_one_is_used()
    {
        await using var client = Clients.OfflineFeatBit(
            new FeatBitFlagJson("f", "2026-01-02T00:00:00Z").Set("id", "new").Fallthrough(Rollout(0, 1, "off")),
            new FeatBitFlagJson("f", "2026-01-01T00:00:00Z").Set("id", "old"));

        Assert.Equal("off", client.Variation("f", Clients.User(), ""));
    }

    [Fact]
    public void A_flag_without_an_id_is_identified_by_its_key()
    {
        var item = FeatBitMessage.Read(MessageJson.Full(new FeatBitFlagJson("f").Without("id"))).Flags[0];

        Assert.Equal("f", item.Id);
    }
}
