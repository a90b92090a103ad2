using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ffc.Sdk;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Functions.Tests.Ofrep;

public sealed class OfrepEvaluationTests
{
    public static TheoryData<string[], string> Types => new()
    {
        { ["true", "false"], "true" },
        { ["TRUE", "False"], "true" },
        { ["true", "1"], "\"true\"" },
        { ["1", "true"], "\"1\"" },
        { ["20", "50"], "20" },
        { ["49.90", "0"], "49.90" },
        { ["-1.5e3", "0"], "-1500" },
        { ["007", "+5"], "7" },
        { ["1e-40", "0"], "1E-40" },
        { ["1e300", "0"], "1E+300" },
        { ["1e400", "0"], "\"1e400\"" },
        { ["1", "one"], "\"1\"" },
        { ["""{"a":[1]}""", "[1]"], """{"a":[1]}""" },
        { [" [1] ", "{}"], "[1]" },
        { ["""{"a":1}""", "1"], "\"{\\\"a\\\":1}\"" },
        { ["[1]", "[broken"], "\"[1]\"" },
        { ["""{"a":1,}""", "{}"], "\"{\\\"a\\\":1,}\"" },
        { ["", "true"], "\"\"" },
        { ["text", "other"], "\"text\"" },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_value_has_the_narrowest_type_that_fits_all_variations(string[] values, string expected)
    {
        var flag = new FlagJson("flag").Rollouts([FlagJson.Rollout(0, 1, 1, values[0])])
            .Set("ff.variationOptionWhenDisabled", FlagJson.Variation(2, values[1]));
        await using var app = await OfrepApp.StartAsync(flag);

        Assert.Equal(expected, await ValueOf(app));
    }

    [Fact]
    public async Task A_declared_variation_counts_for_the_type_when_no_user_gets_it()
    {
        var flag = new FlagJson("flag").Serves("true").Set("ff.variationOptionWhenDisabled", FlagJson.Variation(2, "false"));
        await using var boolean = await OfrepApp.StartAsync(flag);
        Assert.Equal("true", await ValueOf(boolean));

        flag.Set("variationOptions", new JsonArray(
            FlagJson.Variation(1, "true"), FlagJson.Variation(2, "false"), FlagJson.Variation(3, "maybe")));
        await using var text = await OfrepApp.StartAsync(flag);
        Assert.Equal("\"true\"", await ValueOf(text));
    }

    [Fact]
    public async Task A_variation_of_a_rule_counts_for_the_type_when_the_user_does_not_match()
    {
        var flag = new FlagJson("flag").Serves("1").Set("ff.variationOptionWhenDisabled", FlagJson.Variation(2, "2"))
            .Rule([FlagJson.Rollout(0, 1, 3, "three")], [FlagJson.Clause("plan", "Equal", "pro")]);
        await using var app = await OfrepApp.StartAsync(flag);

        Assert.Equal("\"1\"", await ValueOf(app));
        Assert.Equal("\"three\"", await ValueOf(app, new { context = new { targetingKey = "ada", plan = "pro" } }));
    }

    public static TheoryData<string, string, string> Reasons => new()
    {
        { "target", "TARGETING_MATCH", "target match" },
        { "rule", "TARGETING_MATCH", "rule match" },
        { "rule-split", "SPLIT", "rule match" },
        { "default", "DEFAULT", "fall through all rules" },
        { "default-split", "SPLIT", "fall through all rules" },
        { "off", "DISABLED", "flag off" },
        { "prerequisite", "DISABLED", "prerequisite failed" },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Each_OpenFeature_reason_has_its_FFC_reason_in_the_metadata(string flagKey, string reason, string ffcReason)
    {
        JsonObject[] halves = [FlagJson.Rollout(0, 0.5, 1), FlagJson.Rollout(0.5, 1, 1)];
        JsonObject[] everybody = [FlagJson.Clause("targeted", "IsTrue", "")];
        await using var app = await OfrepApp.StartAsync(
            new FlagJson("target").Targets(1, "ada"),
            new FlagJson("rule").Rule(1, everybody),
            new FlagJson("rule-split").Rule(halves, everybody),
            new FlagJson("default", version: 1_767_225_600_000),
            new FlagJson("default-split").Rollouts(halves),
            new FlagJson("off").Disabled(),
            new FlagJson("prerequisite").Requires("off", localId: 1));

        var answer = await app.EvaluateAsync(flagKey, new { context = new { targetingKey = "ada", targeted = true } });

        Assert.Equal(flagKey, answer.GetProperty("key").GetString());
        Assert.Equal(reason, answer.GetProperty("reason").GetString());
        Assert.Equal(reason == "DISABLED" ? "2" : "1", answer.GetProperty("variant").GetString());
        var metadata = answer.GetProperty("metadata");
        Assert.Equal(ffcReason, metadata.GetProperty("ffc.reason").GetString());
        Assert.Equal($"Name of {flagKey}", metadata.GetProperty("ffc.name").GetString());
        Assert.Equal(1_767_225_600_000, metadata.GetProperty("ffc.dataVersion").GetInt64());
        Assert.False(metadata.TryGetProperty("stale", out _));
    }

    [Fact]
    public async Task Metadata_is_stale_when_the_data_is_from_a_snapshot()
    {
        await using var app = await OfrepApp.StartAsync(new FlagJson("flag"), new FlagJson("other"));
        using var fresh = await app.EvaluateAllAsync();
        app.Client.Accept(MessageJson.Read(MessageJson.Full(new FlagJson("flag"))), FlagDataSource.Snapshot);

        using var stale = await app.EvaluateAllAsync();
        var one = await app.EvaluateAsync("flag");

        var all = await stale.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(all.GetProperty("metadata").GetProperty("stale").GetBoolean());
        Assert.True(one.GetProperty("metadata").GetProperty("stale").GetBoolean());
        Assert.Equal(one.GetRawText(), Assert.Single(all.GetProperty("flags").EnumerateArray()).GetRawText());
    }

    [Fact]
    public async Task The_context_becomes_the_user_and_nested_members_are_ignored()
    {
        var flag = new FlagJson("flag").Rule(
            3,
            FlagJson.Clause("Name", "Equal", "Ada"),
            FlagJson.Clause("Email", "EndsWith", "@example.com"),
            FlagJson.Clause("Country", "Equal", "FR"),
            FlagJson.Clause("plan", "Equal", "pro"),
            FlagJson.Clause("seats", "BiggerThan", "9"),
            FlagJson.Clause("trial", "IsFalse", ""),
            FlagJson.Clause("cart", "NotEqual", "x"),
            FlagJson.Clause("KeyId", "Equal", "ada"));
        await using var app = await OfrepApp.StartAsync(flag);

        var answer = await app.EvaluateAsync("flag", new
        {
            context = new
            {
                targetingKey = "ada",
                name = "Ada",
                email = "ada@example.com",
                country = "FR",
                plan = "pro",
                seats = 10,
                trial = false,
                key = "another",
                cart = new { items = new[] { 1 } },
                tags = new[] { "a" },
                nothing = (string?)null,
            },
        });

        Assert.Equal("3", answer.GetProperty("variant").GetString());
    }

    [Fact]
    public async Task An_evaluation_sends_the_events_of_prerequisites_first()
    {
        await using var app = await OfrepApp.StartAsync(new FlagJson("first"), new FlagJson("second").Requires("first"));

        await app.EvaluateAsync("second");

        Assert.Equal(["first", "second"], app.Insights.TakeAll().Select(item => item.Result.FlagKey));
    }

    [Fact]
    public async Task No_event_is_sent_when_the_flag_is_unknown_or_the_request_is_invalid()
    {
        await using var app = await OfrepApp.StartAsync(new FlagJson("flag"));

        await app.EvaluateAsync("no-such-flag");
        await app.EvaluateAsync("flag", new { context = new { } });

        Assert.Empty(app.Insights.TakeAll());
    }

    private static async Task<string> ValueOf(OfrepApp app, object? body = null) =>
        (await app.EvaluateAsync("flag", body)).GetProperty("value").GetRawText();
}
