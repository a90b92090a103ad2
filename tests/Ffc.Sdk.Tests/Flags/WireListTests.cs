using System.Text.Json.Nodes;
using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>What may be missing from flags and segments, and how that reads.</summary>
public sealed class WireListTests
{
    [Theory]
    [InlineData("ffp")]
    [InlineData("fftuwmtr")]
    [InlineData("targetIndividuals")]
    [InlineData("variationOptions")]
    public async Task A_list_that_is_null_or_absent_is_empty(string member)
    {
        await using var client = Clients.Offline(
            new FlagJson("absent").Without(member), new FlagJson("null").Set(member, null), new FlagJson("empty").Set(member, new JsonArray()));

        Assert.All(["absent", "null", "empty"], key => Assert.Equal("1 on: fall through all rules", client.Ask(key)));
    }

    [Fact]
    public async Task Without_default_rollouts_nobody_is_taken()
    {
        await using var client = Clients.Offline(
            new FlagJson("absent").Without("ff.defaultRulePercentageRollouts"), new FlagJson("null").Set("ff.defaultRulePercentageRollouts", null));

        Assert.All(["absent", "null"], key => Assert.Equal("2 off: fall through all rules", client.Ask(key)));
    }

    [Theory]
    [InlineData("""{ "id": "s", "timestamp": 1 }""", "out")]
    [InlineData("""{ "id": "s", "timestamp": 1, "included": null, "excluded": null, "rules": null }""", "out")]
    [InlineData("""{ "id": "s", "timestamp": 1, "included": ["ada"], "excluded": null }""", "in")]
    [InlineData("""{ "id": "s", "timestamp": 1, "included": [null, "ada"], "rules": [null] }""", "in")]
    [InlineData("""{ "id": "s", "timestamp": 1, "rules": [{ "ruleJsonContent": null }, {}] }""", "out")]
    public async Task A_segment_whose_lists_are_null_or_absent_has_empty_ones(string segment, string expected)
    {
        var message = JsonNode.Parse(MessageJson.Full(new FlagJson("a").Rollouts(Rollout(0, 1, 1, "out")).Rule(
            [Rollout(0, 1, 1, "in")], [SegmentJson.InAny("s")])))!;
        message["data"]!["segments"] = new JsonArray(JsonNode.Parse(segment));

        await using var client = new FfcClient(new FfcOptions { Offline = true, Bootstrap = message.ToJsonString() });

        Assert.Equal(expected, client.Variation("a", Clients.User(), ""));
    }

    [Theory]
    [InlineData("""[null]""")]
    [InlineData("""[{}]""")]
    [InlineData("""[{ "ruleJsonContent": null, "valueOptionsVariationRuleValues": null }]""")]
    [InlineData("""[{ "ruleJsonContent": [], "valueOptionsVariationRuleValues": null }]""")]
    [InlineData("""[{ "ruleJsonContent": [null] }]""")]
    [InlineData("""[{ "ruleJsonContent": [{}] }]""")]
    // A clause that says nothing is one that does not hold: leaving it out would let in users that the rule was to keep out.
    [InlineData("""[{ "ruleJsonContent": [{ "property": "KeyId", "operation": "Equal", "value": "ada" }, null] }]""")]
    [InlineData("""[{ "ruleJsonContent": [{ "property": "KeyId", "operation": "Equal", "value": "ada" }, {}] }]""")]
    public async Task A_rule_that_says_nothing_takes_nobody(string rules)
    {
        var json = JsonNode.Parse(rules)!;
        foreach (var rule in json.AsArray().OfType<JsonObject>())
            rule["valueOptionsVariationRuleValues"] ??= new JsonArray(Rollout(0, 1, 7));
        await using var client = Clients.Offline(new FlagJson("a").Set("fftuwmtr", json));

        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
    }

    [Theory]
    [InlineData("""[null, { "individuals": null }, { "individuals": [] }, { "individuals": [null, { "name": "no key" }] }]""")]
    [InlineData("""[{ "individuals": [], "valueOption": null }]""")]
    public async Task A_target_without_individuals_targets_nobody(string targets)
    {
        await using var client = Clients.Offline(new FlagJson("a").Set("targetIndividuals", JsonNode.Parse(targets)));

        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
    }

    [Fact]
    public async Task Members_that_nobody_knows_are_ignored()
    {
        await using var client = Clients.Offline(new FlagJson("a").Set("new", new JsonArray(1, new JsonObject())).Set("ff.new", "x"));

        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
    }
}
