using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Ffc.Sdk.Tests.Golden;

/// <summary>The reference results that every FFC SDK must reproduce exactly.</summary>
public sealed class GoldenTests
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
            var state = client.VariationDetail(key, user, "");

            var expect = testCase.GetProperty("expect");
            var expected = new FlagResult(
                key,
                VariationId(expect),
                expect.GetProperty("value").GetString()!,
                expect.GetProperty("reason").GetString()!);
            var actual = new FlagResult(key, state.VariationId, state.Value, state.Reason);
            var expectedEvents = testCase.GetProperty("events").EnumerateArray().Select(Event);
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
        using var stream = typeof(GoldenTests).Assembly.GetManifestResourceStream("ffc-golden.json.gz")!;
        using var decompressed = new GZipStream(stream, CompressionMode.Decompress);
        return JsonDocument.Parse(decompressed);
    }

    // The file writes -1 for a default, which has no variation.
    private static string? VariationId(JsonElement json) =>
        json.GetProperty("localId").GetInt32() is var id and not -1 ? id.ToString(CultureInfo.InvariantCulture) : null;

    private static RecordedEvent Event(JsonElement json) => new(
        new FlagResult(
            json.GetProperty("flagKey").GetString()!,
            VariationId(json),
            json.GetProperty("value").GetString()!,
            json.GetProperty("reason").GetString()!),
        json.GetProperty("sendToExperiment").GetBoolean());
}
