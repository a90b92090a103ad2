using System.Globalization;
using System.Text.Json.Nodes;
using Ffc.Sdk.Insights;
using Ffc.Sdk.Tests;
using Ffc.Sdk.Tests.TestData;
using OpenFeature.Constant;
using OpenFeature.Model;

namespace Ffc.Sdk.OpenFeature.Tests;

public sealed class ResolutionTests
{
    private static readonly EvaluationContext Ada = EvaluationContext.Builder().SetTargetingKey("ada").Build();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_type_is_resolved()
    {
        await using var client = Clients.Offline(
            new FlagJson("bool").Serves("true"),
            new FlagJson("text").Serves("hello"),
            new FlagJson("int").Serves("7"),
            new FlagJson("double").Serves("1.5"),
            new FlagJson("json").Serves("""{ "a": [1, true, null, "x"], "b": { "c": -2.5 } }"""));
        var feature = await OpenFeatureApi.ClientOfAsync(new FfcProvider(client));

        Assert.True(await feature.GetBooleanValueAsync("bool", false, Ada, cancellationToken: Cancellation));
        Assert.Equal("hello", await feature.GetStringValueAsync("text", "", Ada, cancellationToken: Cancellation));
        Assert.Equal(7, await feature.GetIntegerValueAsync("int", 0, Ada, cancellationToken: Cancellation));
        Assert.Equal(1.5, await feature.GetDoubleValueAsync("double", 0, Ada, cancellationToken: Cancellation));
        var json = (await feature.GetObjectValueAsync("json", new Value(), Ada, cancellationToken: Cancellation)).AsStructure!;
        var list = json.GetValue("a").AsList!;
        Assert.Equal((1, true, true, "x"), (list[0].AsInteger, list[1].AsBoolean, list[2].IsNull, list[3].AsString));
        Assert.Equal(-2.5, json.GetValue("b").AsStructure!.GetValue("c").AsDouble);
    }

    public static TheoryData<string> EvaluatedFlags =>
        ["target", "rule", "rule-split", "default", "default-split", "off", "prerequisite"];

    [Theory]
    [MemberData(nameof(EvaluatedFlags))]
    public async Task Details_and_metadata_are_those_of_OFREP(string flagKey)
    {
        JsonObject[] halves = [FlagJson.Rollout(0, 0.5, 1), FlagJson.Rollout(0.5, 1, 1)];
        JsonObject[] everybody = [FlagJson.Clause("KeyId", "Equal", "ada")];
        await using var client = Clients.Offline(
            new FlagJson("target").Targets(1, "ada"),
            new FlagJson("rule").Rule(1, everybody),
            new FlagJson("rule-split").Rule(halves, everybody),
            new FlagJson("default", version: 1_767_225_600_000),
            new FlagJson("default-split").Rollouts(halves),
            new FlagJson("off").Disabled(),
            new FlagJson("prerequisite").Requires("off", localId: 1));
        var feature = await OpenFeatureApi.ClientOfAsync(new FfcProvider(client));

        var details = await feature.GetStringDetailsAsync(flagKey, "", Ada, cancellationToken: Cancellation);
        var ofrep = await OfrepAnswers.EvaluateAsync(client, flagKey, """{"targetingKey":"ada"}""");

        Assert.Equal(ofrep.GetProperty("key").GetString(), details.FlagKey);
        Assert.Equal(ofrep.GetProperty("value").GetString(), details.Value);
        Assert.Equal(ofrep.GetProperty("reason").GetString(), details.Reason);
        Assert.Equal(ofrep.GetProperty("variant").GetString(), details.Variant);
        Assert.Equal(ErrorType.None, details.ErrorType);
        var (expected, metadata) = (ofrep.GetProperty("metadata"), details.FlagMetadata!);
        Assert.Equal(expected.EnumerateObject().Count(), metadata.Count);
        Assert.Equal(expected.GetProperty("ffc.reason").GetString(), metadata.GetString("ffc.reason"));
        Assert.Equal(expected.GetProperty("ffc.name").GetString(), metadata.GetString("ffc.name"));
        Assert.Equal(expected.GetProperty("ffc.dataVersion").GetDouble(), metadata.GetDouble("ffc.dataVersion"));
    }

    public static TheoryData<string, string> Failures => new()
    {
        { "none", """{"targetingKey":"ada"}""" },
        { "malformed", """{"targetingKey":"ada"}""" },
        { "flag", "{}" },
        { "flag", """{"targetingKey":""}""" },
        { "flag", """{"targetingKey":" "}""" },
        { "flag", """{"targetingKey":7}""" },
        { "flag", """{"targetingKey":"ada","name":7}""" },
        { "flag", """{"targetingKey":"ada","email":{"a":1}}""" },
        { "flag", """{"targetingKey":"ada","country":" "}""" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Errors_are_those_of_OFREP_with_the_default(string flagKey, string context)
    {
        await using var client = Clients.Offline(
            new FlagJson("flag"), new FlagJson("malformed").Disabled().Set("ff.variationOptionWhenDisabled", null));
        var feature = await OpenFeatureApi.ClientOfAsync(new FfcProvider(client));

        var details = await feature.GetStringDetailsAsync(flagKey, "default", Context(context), cancellationToken: Cancellation);
        var ofrep = await OfrepAnswers.EvaluateAsync(client, flagKey, context);

        Assert.Equal(("default", Reason.Error), (details.Value, details.Reason));
        Assert.Equal(
            ofrep.GetProperty("errorCode").GetString(), $"{details.ErrorType}" switch
            {
                nameof(ErrorType.FlagNotFound) => "FLAG_NOT_FOUND",
                nameof(ErrorType.ParseError) => "PARSE_ERROR",
                nameof(ErrorType.TargetingKeyMissing) => "TARGETING_KEY_MISSING",
                nameof(ErrorType.InvalidContext) => "INVALID_CONTEXT",
                var other => other,
            });
        Assert.Equal(ofrep.GetProperty("errorDetails").GetString(), details.ErrorMessage);
    }

    [Fact]
    public async Task A_value_of_another_type_is_a_type_mismatch_with_the_default()
    {
        await using var client = Clients.Offline(new FlagJson("text").Serves("hello"));
        var feature = await OpenFeatureApi.ClientOfAsync(new FfcProvider(client));

        var boolean = await feature.GetBooleanDetailsAsync("text", true, Ada, cancellationToken: Cancellation);
        var json = await feature.GetObjectDetailsAsync("text", new Value("d"), Ada, cancellationToken: Cancellation);

        Assert.Equal((true, ErrorType.TypeMismatch), (boolean.Value, boolean.ErrorType));
        Assert.Equal(("d", ErrorType.TypeMismatch), (json.Value.AsString, json.ErrorType));
    }

    public static TheoryData<string> Contexts =>
    [
        """{"targetingKey":"ada"}""",
        """{"targetingKey":"ada","name":"Ada","email":"a@example.com","country":"FR","plan":"pro"}""",
        """{"targetingKey":"ada","age":30,"ratio":0.25,"big":1000000000000000,"negative":-7,"yes":true,"no":false}""",
        """{"targetingKey":"ada","key":"other","KEYID":"other","Name":"ignored","name":null,"gone":null}""",
        """{"targetingKey":"ada","cart":{"a":1},"tags":["a"],"":"empty name"}""",
    ];

    [Theory]
    [MemberData(nameof(Contexts))]
    public async Task A_context_becomes_the_same_user_as_over_OFREP(string context)
    {
        var expected = await OfrepAnswers.ReadUserAsync(context);

        Assert.True(ContextUser.TryRead(Context(context), out var user, out _));
        Assert.Equal(
            (expected.Key, expected.Name, expected.Email, expected.Country), (user.Key, user.Name, user.Email, user.Country));
        Assert.Equal(expected.Custom.OrderBy(item => item.Key), user.Custom.OrderBy(item => item.Key));
    }

    [Fact]
    public void A_time_becomes_ISO_8601_in_UTC()
    {
        var time = new DateTime(2026, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        var context = EvaluationContext.Builder().SetTargetingKey("ada").Set("at", time).Build();

        Assert.True(ContextUser.TryRead(context, out var user, out _));
        Assert.Equal("2026-02-03T04:05:06.0000000Z", user.Custom["at"]);
    }

    [Fact]
    public async Task An_evaluation_sends_its_event_and_a_failure_sends_none()
    {
        var insights = new RecordedInsights();
        await using var client = Clients.Offline(insights, new FlagJson("flag"));
        var feature = await OpenFeatureApi.ClientOfAsync(new FfcProvider(client));
        await feature.GetStringValueAsync("flag", "", Ada, cancellationToken: Cancellation);
        await feature.GetStringValueAsync("none", "", Ada, cancellationToken: Cancellation);

        Assert.Equal("flag", Assert.Single(insights.TakeAll()).Result.FlagKey);
    }

    [Fact]
    public async Task Tracking_records_the_value_and_never_throws()
    {
        var insights = new RecordedMetrics();
        await using var client = Clients.Offline(insights);
        var feature = await OpenFeatureApi.ClientOfAsync(new FfcProvider(client));

        feature.Track("checkout", Ada, TrackingEventDetails.Builder().SetValue(49.9).Build());
        feature.Track("click", Ada);
        feature.Track("ignored", Ada, TrackingEventDetails.Builder().SetValue(-1).Build());
        feature.Track("nobody");

        Assert.Equal(["ada checkout 49.9", "ada click 1"], insights.Metrics);
    }

    private static EvaluationContext Context(string json)
    {
        var builder = EvaluationContext.Builder();
        foreach (var (name, value) in JsonNode.Parse(json)!.AsObject())
            builder.Set(name, JsonValue.Convert(System.Text.Json.JsonSerializer.SerializeToElement(value)));
        return builder.Build();
    }

    private sealed class RecordedMetrics : UnsentInsights
    {
        public List<string> Metrics { get; } = [];

        public override void Record(InsightEvent item)
        {
            var metric = Assert.IsType<MetricEvent>(item);
            Metrics.Add(string.Create(CultureInfo.InvariantCulture, $"{metric.User.Key} {metric.Name} {metric.Value}"));
        }
    }
}
