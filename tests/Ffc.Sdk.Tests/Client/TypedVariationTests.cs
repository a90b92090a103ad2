using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Client;

/// <summary>Values are text and are parsed as the requested type. In the tables, null means that parsing fails.</summary>
public sealed class TypedVariationTests
{
    [Fact]
    public async Task A_type_info_reads_a_JSON_value_without_reflection()
    {
        await using var client = Clients.Offline(new FlagJson("a").Serves("""{"max":3}"""), new FlagJson("text").Serves("x"));
        var typeInfo = TypedVariationJson.Default.DictionaryStringInt32;
        Dictionary<string, int> none = [];

        Assert.Equal(3, client.Variation("a", Clients.User(), none, typeInfo)["max"]);
        Assert.Equal("1", client.VariationDetail("a", Clients.User(), none, typeInfo).VariationId);
        var wrong = client.VariationDetail("text", Clients.User(), none, typeInfo);
        Assert.Equal((none, EvaluationError.WrongType), (wrong.Value, wrong.Error));
        Assert.Throws<ArgumentNullException>(() => client.Variation("a", Clients.User(), none, null!));
    }

    public enum Level
    {
        Low,
        High,
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("TRUE", true)]
    [InlineData("False", false)]
    [InlineData(" true", null)]
    [InlineData("true\0", null)]
    [InlineData("1", null)]
    [InlineData("on", null)]
    [InlineData("yes", null)]
    [InlineData("", null)]
    [InlineData("\"true\"", null)]
    public Task Bool_accepts_true_and_false_in_any_case(string text, bool? expected) =>
        AssertReadsAsync(text, expected, !expected ?? true);

    [Theory]
    [InlineData("42", 42)]
    [InlineData("-42", -42)]
    [InlineData(" 42 ", 42)]
    [InlineData("+42", 42)]
    [InlineData("4.2e1", 42)]
    [InlineData("42.0", 42)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("-2147483648", int.MinValue)]
    [InlineData("2147483648", null)]
    [InlineData("42.5", null)] // never rounded
    [InlineData("1,000", null)]
    [InlineData("0x2A", null)]
    [InlineData("forty-two", null)]
    [InlineData("true", null)]
    [InlineData("", null)]
    public Task Int_accepts_whole_numbers_in_its_range(string text, int? expected) => AssertReadsAsync(text, expected, -7);

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("2147483648", 2_147_483_648L)]
    [InlineData("9223372036854775808", null)]
    [InlineData("0.5", null)]
    [InlineData("x", null)]
    public Task Long_accepts_whole_numbers_in_its_range(string text, long? expected) => AssertReadsAsync(text, expected, -7L);

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("-.5", -0.5)]
    [InlineData("1e-3", 0.001)]
    [InlineData("42", 42.0)]
    [InlineData("1,5", null)] // invariant culture
    [InlineData("NaN", null)]
    [InlineData("Infinity", null)]
    [InlineData("-Infinity", null)]
    [InlineData("1e999", null)]
    [InlineData("half", null)]
    public Task Double_accepts_finite_numbers(string text, double? expected) => AssertReadsAsync(text, expected, -7.0);

    [Theory]
    [InlineData("0.1", "0.1")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    [InlineData("1.10", "1.10")]
    [InlineData("1e2", "100")]
    [InlineData("1e40", null)]
    [InlineData("1,5", null)]
    [InlineData("x", null)]
    [InlineData("0e-30", "0")]
    [InlineData("1e-30", null)] // as a decimal it would be 0
    public Task Decimal_accepts_numbers_that_it_represents_exactly(string text, string? expected) =>
        AssertReadsAsync<decimal>(text, expected is null ? null : decimal.Parse(expected, CultureInfo.InvariantCulture), -7m);

    [Theory]
    [InlineData("")]
    [InlineData(" text ")]
    [InlineData("null")]
    [InlineData("""{"a":1}""")]
    public async Task String_is_the_unchanged_value(string text)
    {
        await using var client = Clients.Offline(new FlagJson("a").Serves(text));

        Assert.Equal(text, client.Variation("a", Clients.User(), "the default"));
    }

    [Fact]
    public async Task Numbers_are_parsed_independently_of_the_current_culture()
    {
        var before = CultureInfo.CurrentCulture;
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (german.NumberFormat.NumberDecimalSeparator, german.NumberFormat.NumberGroupSeparator) = (",", ".");
        CultureInfo.CurrentCulture = german;
        try
        {
            await AssertReadsAsync<double>("1.5", 1.5, 0);
            await AssertReadsAsync<decimal>("1.5", 1.5m, 0);
            await AssertReadsAsync<double>("1,5", null, 0.25);
            Assert.Equal("1.5", FfcUser.Builder("k").Custom("n", 1.5).Build().Custom["n"]);
            await using var client = Clients.Offline(new FlagJson("a").Rule(3, FlagJson.Clause("n", "BiggerThan", "1.25")));
            Assert.Equal("3 v3: rule match", client.EvaluateAsText("a", FfcUser.Builder("k").Custom("n", 1.5).Build()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("High", Level.High)]
    [InlineData("high", Level.High)]
    [InlineData("1", Level.High)]
    [InlineData("2", null)]
    [InlineData("Highest", null)]
    [InlineData("\"High\"", null)]
    [InlineData("", null)]
    public Task Enum_accepts_the_names_in_any_case_and_their_numbers(string text, Level? expected) =>
        AssertReadsAsync(text, expected, Level.Low);

    [Fact]
    public async Task JSON_values_are_deserialized_to_any_type()
    {
        await using var client = Clients.Offline(
            new FlagJson("object").Serves("""{ "max": 3, "names": ["a", "b"] }"""),
            new FlagJson("list").Serves("[1, 2]"),
            new FlagJson("number").Serves("1"),
            new FlagJson("null").Serves("null"));
        var user = Clients.User();

        var limits = client.Variation("object", user, new Limits(0, []));
        Assert.Equal((3, "a b"), (limits.Max, string.Join(' ', limits.Names)));
        Assert.Equal(3, client.Variation<JsonElement>("object", user, default).GetProperty("max").GetInt32());
        Assert.Equal(3, client.Variation<JsonNode?>("object", user, null)!["max"]!.GetValue<int>());
        Assert.Equal([1, 2], client.Variation<int[]>("list", user, []));
        Assert.Equal([1L, 2L], client.Variation<List<long>>("list", user, []));
        Assert.Equal(1, client.Variation<int?>("number", user, null));
        Assert.Equal(1f, client.Variation("number", user, 0f));
        Assert.Equal(Level.High, client.Variation("number", user, Level.Low));
        Assert.Equal(JsonValueKind.Null, client.Variation<JsonElement>("null", user, default).ValueKind);
    }

    [Fact]
    public async Task A_change_to_a_deserialized_value_does_not_affect_later_calls()
    {
        await using var client = Clients.Offline(new FlagJson("a").Serves("[1]"));
        client.Variation<List<int>>("a", Clients.User(), []).Add(2);

        Assert.Equal([1], client.Variation<List<int>>("a", Clients.User(), []));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("")]
    [InlineData("[1, 2]")]
    [InlineData("null")]
    [InlineData("""{ "max": "three" }""")]
    [InlineData("""{ "max": 3 """)]
    public async Task The_default_is_returned_when_JSON_does_not_match_the_type(string text)
    {
        var unlimited = new Limits(99, []);
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Serves(text));
        var state = client.VariationDetail("a", Clients.User(), unlimited);

        Assert.Same(unlimited, state.Value);
        Assert.Equal((EvaluationError.WrongType, "wrong type", null), (state.Error, state.Reason, state.VariationId));
        Assert.Empty(events.TakeAll());
    }

    [Fact]
    public async Task The_default_is_returned_when_the_type_throws_during_deserialization()
    {
        var options = new FfcOptions
        {
            Offline = true,
            Bootstrap = MessageJson.Full(new FlagJson("a").Serves("{}")),
            Defaults = { ["unknown"] = "{}" },
        };
        await using var client = new FfcClient(options);

        var state = client.VariationDetail<ThrowingType?>("a", Clients.User(), null);
        Assert.Equal((false, EvaluationError.WrongType), (state.Success, state.Error));
        Assert.Null(state.Value);
        Assert.Null(client.Variation<ThrowingType?>("unknown", Clients.User(), null));
        Assert.Null(client.Variation<IDisposable?>("a", Clients.User(), null));
        Assert.Null(client.Variation<Type?>("a", Clients.User(), null));
        Assert.Null(client.Variation<Action?>("unknown", Clients.User(), null));
    }

    private static async Task AssertReadsAsync<T>(string text, T? expected, T defaultValue)
        where T : struct
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Serves(text));
        var state = client.VariationDetail("a", Clients.User(), defaultValue);

        Assert.Equal(expected ?? defaultValue, client.Variation("a", Clients.User(), defaultValue));
        Assert.Equal(expected ?? defaultValue, state.Value);
        var (reason, id, sent) = expected is null ? ("wrong type", null, 0) : ("fall through all rules", "1", 2);
        Assert.Equal((reason, id), (state.Reason, state.VariationId));
        Assert.Equal(expected is null ? EvaluationError.WrongType : EvaluationError.None, state.Error);
        Assert.Equal(sent, events.TakeAll().Count);
    }

    private sealed record Limits(int Max, string[] Names);

    private sealed class ThrowingType
    {
        public ThrowingType() => throw new InvalidOperationException("not today");
    }
}

[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class TypedVariationJson : JsonSerializerContext;
