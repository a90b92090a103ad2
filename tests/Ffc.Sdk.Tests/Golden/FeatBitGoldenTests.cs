using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Ffc.Sdk.Tests.Golden;

/// <summary>The reference results of FeatBit's .NET SDK and of its server, which the client must reproduce exactly.</summary>
public sealed class FeatBitGoldenTests
{
    [Fact]
    public async Task Results_and_events_equal_the_reference_results()
    {
        using var golden = Read();
        var root = golden.RootElement;
        var events = new RecordedInsights();
        var options = new FfcOptions
        {
            EnvSecret = root.GetProperty("envSecret").GetString()!,
            Bootstrap = root.GetProperty("dataSync").GetRawText(),
            Offline = true,
        };
        await using var client = new FfcClient(options, events);
        FfcUser[] users = [.. root.GetProperty("users").EnumerateArray().Select(FfcUser.FromJson)];

        var failures = new StringBuilder();
        var cases = 0;
        foreach (var testCase in root.GetProperty("cases").EnumerateArray())
        {
            var user = users[testCase.GetProperty("user").GetInt32()];
            var key = testCase.GetProperty("flagKey").GetString()!;
            var state = client.VariationDetail(key, user, "the default");
            var actual = new FlagResult(key, state.VariationId, state.Value, state.Reason);

            var expect = testCase.GetProperty("expect");
            var expected = expect.GetProperty("variationId").GetString() is { Length: > 0 } id
                ? new FlagResult(key, id, expect.GetProperty("value").GetString()!, Reason(expect))
                : new FlagResult(key, null, "the default", Reason(expect));
            var expectedEvents = testCase.GetProperty("events").EnumerateArray()
                .Select(item => new RecordedEvent(
                    new FlagResult(
                        item.GetProperty("flagKey").GetString()!,
                        item.GetProperty("variationId").GetString(),
                        item.GetProperty("value").GetString()!,
                        expected.Reason),
                    item.GetProperty("sendToExperiment").GetBoolean()));
            var actualEvents = events.TakeAll();
            if (actual != expected || !actualEvents.SequenceEqual(expectedEvents))
            {
                failures.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"case {cases}: expected {expected}, got {actual}; {string.Join(", ", actualEvents)}");
            }

            cases++;
        }

        Assert.Equal("", failures.ToString());
        Assert.Equal(4_000, cases);
    }

    internal static JsonDocument Read()
    {
        using var stream = typeof(FeatBitGoldenTests).Assembly.GetManifestResourceStream("featbit-golden.json.gz")!;
        using var decompressed = new GZipStream(stream, CompressionMode.Decompress);
        return JsonDocument.Parse(decompressed);
    }

    // The file has the reasons of FeatBit's SDK. The client has FFC's reasons for all servers.
    private static string Reason(JsonElement expect) => expect.GetProperty("kind").GetString() switch
    {
        "Off" => EvaluationReasons.FlagOff,
        "TargetMatch" => EvaluationReasons.TargetMatch,
        "RuleMatch" => EvaluationReasons.RuleMatch,
        "Fallthrough" => EvaluationReasons.FallThrough,
        _ => expect.GetProperty("reason").GetString() == "malformed flag"
            ? EvaluationReasons.ErrorInEvaluation
            : EvaluationReasons.FlagNotFound,
    };
}
