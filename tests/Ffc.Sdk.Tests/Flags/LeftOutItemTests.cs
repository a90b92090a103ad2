using System.Text.Json.Nodes;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Telemetry;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>An item that cannot be understood costs only itself. Runs apart from other tests: it counts what the process counts.</summary>
[Collection(nameof(ProcessWide))]
public sealed class LeftOutItemTests
{
    private const string NoPercentages = """[{ "rolloutPercentage": [0.5], "valueOption": { "localId": 1, "variationValue": "x" } }]""";
    private const string NoRange = """[{ "valueOption": { "localId": 1, "variationValue": "x" } }]""";
    private const string NoVariation = """[{ "rolloutPercentage": [0, 1] }]""";

    // Each makes a flag that lacks what no flag can be without.
    public static TheoryData<string, string?> Faults => new()
    {
        { "ff", null },
        { "ff", "7" },
        { "ff.keyName", null },
        { "ff.keyName", "\"\"" },
        { "ff.keyName", "7" },
        { "ff.variationOptionWhenDisabled", null },
        { "ff.variationOptionWhenDisabled", """{ "localId": 1 }""" },
        { "ff.variationOptionWhenDisabled", """{ "variationValue": "x" }""" },
        { "ff.variationOptionWhenDisabled", """{ "localId": "1", "variationValue": "x" }""" },
        { "ff.variationOptionWhenDisabled", """{ "localId": 1, "variationValue": true }""" },
        { "ff.defaultRulePercentageRollouts", NoPercentages },
        { "ff.defaultRulePercentageRollouts", NoRange },
        { "ff.defaultRulePercentageRollouts", NoVariation },
        { "ff.defaultRulePercentageRollouts", "[null]" },
        { "ffp", "[null]" },
        { "ffp", """[{ "valueOptionsVariationValue": { "localId": 1, "variationValue": "x" } }]""" },
        { "ffp", """[{ "prerequisiteFeatureFlagId": "FF__1__2__3__x" }]""" },
        { "ffp", "{}" },
        { "fftuwmtr", """[{ "ruleJsonContent": [{ "property": 7 }] }]""" },
        { "fftuwmtr", $$"""[{ "valueOptionsVariationRuleValues": {{NoRange}} }]""" },
        { "targetIndividuals", """[{ "individuals": [{ "keyId": "ada" }] }]""" },
        { "variationOptions", """[{ "localId": 1 }]""" },
        { "timestamp", null },
        { "timestamp", "\"2026-01-01\"" },
        { "id", null },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_flag_that_cannot_be_understood_is_left_out_logged_and_counted_and_the_others_are_applied(string member, string? json)
    {
        var logs = new FakeLogCollector();
        using var counted = new MetricCollector<long>(null, Instruments.Name, "ffc.sync.rejected_items");
        var store = new DataStore(Clients.Logging(logs).CreateLogger<DataStore>());
        store.Apply(MessageJson.Read(MessageJson.Full(
            new FlagJson("first"),
            new FlagJson("faulty").Set(member, json is null ? null : JsonNode.Parse(json)),
            new FlagJson("last"))));

        Assert.Equal(["first", "last"], store.Current.Flags.Select(flag => flag.Key));
        Assert.StartsWith(
            "Left out of the data, as it cannot be understood: ", Assert.Single(logs.GetSnapshot()).Message, StringComparison.Ordinal);
        Assert.Equal(1, counted.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
    }

    [Theory]
    [InlineData("included", "\"everybody\"")]
    [InlineData("excluded", "[7]")]
    [InlineData("rules", "{}")]
    [InlineData("rules", """[{ "ruleJsonContent": [{ "operation": true }] }]""")]
    public void A_segment_that_cannot_be_understood_is_left_out_logged_and_counted_and_the_others_are_applied(string member, string json)
    {
        var logs = new FakeLogCollector();
        using var counted = new MetricCollector<long>(null, Instruments.Name, "ffc.sync.rejected_items");
        var store = new DataStore(Clients.Logging(logs).CreateLogger<DataStore>());
        var faulty = new SegmentJson("faulty");
        faulty.Json[member] = JsonNode.Parse(json);
        store.Apply(MessageJson.Read(MessageJson.Full(new SegmentJson("first"), faulty, new SegmentJson("last"))));

        Assert.Equal(["first", "last"], store.Current.SegmentsById.Keys);
        Assert.StartsWith(
            "Left out of the data, as it cannot be understood: segment faulty: ", Assert.Single(logs.GetSnapshot()).Message, StringComparison.Ordinal);
        Assert.Equal(1, counted.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
    }

    [Fact]
    public void A_patch_that_cannot_be_understood_leaves_the_flag_as_it_was_and_applies_the_rest()
    {
        var store = new DataStore(Clients.Logging(new FakeLogCollector()).CreateLogger<DataStore>());
        store.Apply(MessageJson.Read(MessageJson.Full(new FlagJson("a", 1), new FlagJson("b", 1))));
        store.Apply(MessageJson.Read(MessageJson.Patch(
            new FlagJson("a", 2).Set("ff.variationOptionWhenDisabled", null), new FlagJson("b", 2))));

        Assert.Equal((1, 2), (store.Current.FlagByKey("a")!.Version, store.Current.FlagByKey("b")!.Version));
    }

    [Fact]
    public void The_log_names_the_flag_and_not_what_stands_in_it()
    {
        var logs = new FakeLogCollector();
        var store = new DataStore(Clients.Logging(logs).CreateLogger<DataStore>());
        store.Apply(MessageJson.Read(MessageJson.Full(
            new FlagJson("checkout").Targets(1, "ada@example.com").Set("ff.variationOptionWhenDisabled", null),
            new FlagJson("search").Targets(1, "ada@example.com").Set("ff", 7))));

        Assert.Contains(logs.GetSnapshot(), log => log.Message.Contains($"flag {FlagJson.Id("checkout")}: ", StringComparison.Ordinal));
        Assert.Contains(logs.GetSnapshot(), log => log.Message.Contains($"flag {FlagJson.Id("search")}: ", StringComparison.Ordinal));
        Assert.All(logs.GetSnapshot(), log => Assert.DoesNotContain("ada@example.com", log.Message, StringComparison.Ordinal));
    }
}

/// <summary>Tests that look at what the whole process shares run one after the other, with nothing beside them.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;
