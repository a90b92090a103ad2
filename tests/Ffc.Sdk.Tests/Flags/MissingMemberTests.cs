using System.Text.Json.Nodes;
using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>Members that flags and segments may lack.</summary>
public sealed class MissingMemberTests
{
    [Theory]
    [InlineData("ffp")]
    [InlineData("fftuwmtr")]
    [InlineData("targetIndividuals")]
    [InlineData("variationOptions")]
    public async Task A_list_of_a_flag_is_empty_when_it_is_null_or_missing(string member)
    {
        await using var client = Clients.Offline(
            new FlagJson("missing").Without(member),
            new FlagJson("null").Set(member, null),
            new FlagJson("empty").Set(member, new JsonArray()));

        Assert.All(["missing", "null", "empty"], key => Assert.Equal("1 on: fall through all rules", client.EvaluateAsText(key)));
    }

    [Fact]
    public async Task The_off_variation_is_returned_when_there_are_no_default_rollouts()
    {
        await using var client = Clients.Offline(
            new FlagJson("missing").Without("ff.defaultRulePercentageRollouts"),
            new FlagJson("null").Set("ff.defaultRulePercentageRollouts", null));

        Assert.All(["missing", "null"], key => Assert.Equal("2 off: fall through all rules", client.EvaluateAsText(key)));
    }

    [Theory]
    [InlineData("""{ "id": "s", "timestamp": 1 }""", "out")]
    [InlineData("""{ "id": "s", "timestamp": 1, "included": null, "excluded": null, "rules": null }""", "out")]
    [InlineData("""{ "id": "s", "timestamp": 1, "included": ["ada"], "excluded": null }""", "in")]
    [InlineData("""{ "id": "s", "timestamp": 1, "included": [null, "ada"], "rules": [null] }""", "in")]
    [InlineData("""{ "id": "s", "timestamp": 1, "rules": [{ "ruleJsonContent": null }, {}] }""", "out")]
    public async Task A_list_of_a_segment_is_empty_when_it_is_null_or_missing(string segment, string expected)
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
    // An empty clause is false. Ignoring it would include users that the rule excludes.
    [InlineData("""[{ "ruleJsonContent": [{ "property": "KeyId", "operation": "Equal", "value": "ada" }, null] }]""")]
    [InlineData("""[{ "ruleJsonContent": [{ "property": "KeyId", "operation": "Equal", "value": "ada" }, {}] }]""")]
    public async Task A_rule_matches_no_user_when_it_has_no_clauses_or_an_empty_one(string rules)
    {
        var json = JsonNode.Parse(rules)!;
        foreach (var rule in json.AsArray().OfType<JsonObject>())
            rule["valueOptionsVariationRuleValues"] ??= new JsonArray(Rollout(0, 1, 7));
        await using var client = Clients.Offline(new FlagJson("a").Set("fftuwmtr", json));

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }

    [Theory]
    [InlineData("""[null, { "individuals": null }, { "individuals": [] }, { "individuals": [null, { "name": "no key" }] }]""")]
    [InlineData("""[{ "individuals": [], "valueOption": null }]""")]
    public async Task A_target_without_individuals_matches_no_user(string targets)
    {
        await using var client = Clients.Offline(new FlagJson("a").Set("targetIndividuals", JsonNode.Parse(targets)));

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }

    [Fact]
    public async Task Unknown_members_are_ignored()
    {
        await using var client = Clients.Offline(
            new FlagJson("a").Set("new", new JsonArray(1, new JsonObject())).Set("ff.new", "x"));

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }
}
