using System.Text.Json.Nodes;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Telemetry;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>An invalid item is ignored, and all others are applied. The tests observe a process-wide counter.</summary>
[Collection(nameof(ProcessWide))]
public sealed class InvalidItemTests
{
    private const string Flag = "flag FF__1__2__3__invalid: ";
    private const string OnePercentage =
        """[{ "rolloutPercentage": [0.5], "valueOption": { "localId": 1, "variationValue": "x" } }]""";
    private const string NoRange = """[{ "valueOption": { "localId": 1, "variationValue": "x" } }]""";
    private const string NoValue = """[{ "rolloutPercentage": [0, 1], "valueOption": { "localId": 1 } }]""";

    /// <summary>A member, an invalid value for it, and the error that is logged.</summary>
    public static TheoryData<string, string?, string> InvalidMembers => new()
    {
        { "ff", null, Flag + "it has no ff" },
        { "ff", "7", Flag + "its ff has the wrong type" },
        { "ff.keyName", null, Flag + "it has no keyName" },
        { "ff.keyName", "\"\"", Flag + "it has no keyName" },
        { "ff.keyName", "7", Flag + "its ff.keyName has the wrong type" },
        { "ff.variationOptionWhenDisabled", """{ "localId": 1 }""", Flag + "a variation has no value" },
        { "ff.variationOptionWhenDisabled", """{ "variationValue": "x" }""", Flag + "a variation has no localId" },
        {
            "ff.variationOptionWhenDisabled",
            """{ "localId": "1", "variationValue": "x" }""",
            Flag + "its ff.variationOptionWhenDisabled.localId has the wrong type"
        },
        {
            "ff.variationOptionWhenDisabled",
            """{ "localId": 1, "variationValue": true }""",
            Flag + "its ff.variationOptionWhenDisabled.variationValue has the wrong type"
        },
        { "ff.defaultRulePercentageRollouts", OnePercentage, Flag + "a rollout has no range of two percentages" },
        { "ff.defaultRulePercentageRollouts", NoRange, Flag + "a rollout has no range of two percentages" },
        { "ff.defaultRulePercentageRollouts", NoValue, Flag + "a variation has no value" },
        { "ff.defaultRulePercentageRollouts", "[null]", Flag + "a rollout has no range of two percentages" },
        {
            "ff.defaultRulePercentageRollouts",
            """[{ "rolloutPercentage": [0, "1"] }]""",
            Flag + "its ff.defaultRulePercentageRollouts[0].rolloutPercentage[1] has the wrong type"
        },
        { "ffp", "[null]", Flag + "a prerequisite has no flag id" },
        {
            "ffp",
            """[{ "valueOptionsVariationValue": { "localId": 1, "variationValue": "x" } }]""",
            Flag + "a prerequisite has no flag id"
        },
        {
            "ffp",
            """[{ "prerequisiteFeatureFlagId": "FF__1__2__3__x", "valueOptionsVariationValue": { "variationValue": "x" } }]""",
            Flag + "a variation has no localId"
        },
        { "ffp", "{}", Flag + "its ffp has the wrong type" },
        {
            "fftuwmtr",
            """[{ "ruleJsonContent": [{ "property": 7 }] }]""",
            Flag + "its fftuwmtr[0].ruleJsonContent[0].property has the wrong type"
        },
        {
            "fftuwmtr",
            $$"""[{ "valueOptionsVariationRuleValues": {{NoRange}} }]""",
            Flag + "a rollout has no range of two percentages"
        },
        {
            "targetIndividuals",
            """[{ "individuals": [{ "keyId": "ada" }], "valueOption": { "localId": 1 } }]""",
            Flag + "a variation has no value"
        },
        { "variationOptions", """[{ "localId": 1 }]""", Flag + "a variation has no value" },
        { "timestamp", null, "a flag without id or timestamp" },
        { "timestamp", "\"2026-01-01\"", "a flag whose timestamp has the wrong type" },
        { "id", null, "a flag without id or timestamp" },
    };

    [Theory]
    [MemberData(nameof(InvalidMembers))]
    public void An_invalid_flag_is_ignored_logged_and_counted(string member, string? json, string error)
    {
        var logs = new FakeLogCollector();
        using var rejected = new MetricCollector<long>(null, EvaluationInstruments.Name, "ffc.sync.rejected_items");
        var store = new DataStore(Clients.Logging(logs).CreateLogger<DataStore>());
        store.Apply(MessageJson.Read(MessageJson.Full(
            new FlagJson("first"),
            new FlagJson("invalid").Set(member, json is null ? null : JsonNode.Parse(json)),
            new FlagJson("last"))));

        Assert.Equal(["first", "last"], store.Current.Flags.Select(flag => flag.Key));
        Assert.Equal($"Ignored an invalid item in the flag data: {error}", Assert.Single(logs.GetSnapshot()).Message);
        Assert.Equal(1, rejected.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
    }

    [Theory]
    [InlineData("included", "\"all\"", "its included has the wrong type")]
    [InlineData("excluded", "[7]", "its excluded[0] has the wrong type")]
    [InlineData("rules", "{}", "its rules has the wrong type")]
    [InlineData(
        "rules",
        """[{ "ruleJsonContent": [{ "operation": true }] }]""",
        "its rules[0].ruleJsonContent[0].operation has the wrong type")]
    public void An_invalid_segment_is_ignored_logged_and_counted(string member, string json, string error)
    {
        var logs = new FakeLogCollector();
        using var rejected = new MetricCollector<long>(null, EvaluationInstruments.Name, "ffc.sync.rejected_items");
        var store = new DataStore(Clients.Logging(logs).CreateLogger<DataStore>());
        var invalid = new SegmentJson("invalid");
        invalid.Json[member] = JsonNode.Parse(json);
        store.Apply(MessageJson.Read(MessageJson.Full(new SegmentJson("first"), invalid, new SegmentJson("last"))));

        Assert.Equal(["first", "last"], store.Current.SegmentsById.Keys);
        Assert.Equal(
            $"Ignored an invalid item in the flag data: segment invalid: {error}", Assert.Single(logs.GetSnapshot()).Message);
        Assert.Equal(1, rejected.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
    }

    [Fact]
    public void An_invalid_item_in_a_patch_leaves_the_flag_unchanged()
    {
        var store = new DataStore(Clients.Logging(new FakeLogCollector()).CreateLogger<DataStore>());
        store.Apply(MessageJson.Read(MessageJson.Full(new FlagJson("a", 1), new FlagJson("b", 1))));
        store.Apply(MessageJson.Read(MessageJson.Patch(
            new FlagJson("a", 2).Set("ff.keyName", null), new FlagJson("b", 2))));

        Assert.Equal((1, 2), (store.Current.FlagByKey("a")!.Version, store.Current.FlagByKey("b")!.Version));
    }

    [Fact]
    public void The_log_names_the_flag_but_not_its_content()
    {
        var logs = new FakeLogCollector();
        var store = new DataStore(Clients.Logging(logs).CreateLogger<DataStore>());
        store.Apply(MessageJson.Read(MessageJson.Full(
            new FlagJson("checkout").Targets(1, "ada@example.com").Set("ff.keyName", null),
            new FlagJson("search").Targets(1, "ada@example.com").Set("ff", 7))));

        Assert.All(["checkout", "search"], key => Assert.Contains(
            logs.GetSnapshot(), log => log.Message.Contains($"flag {FlagJson.Id(key)}: ", StringComparison.Ordinal)));
        Assert.All(logs.GetSnapshot(), log => Assert.DoesNotContain("ada@example.com", log.Message, StringComparison.Ordinal));
    }
}
