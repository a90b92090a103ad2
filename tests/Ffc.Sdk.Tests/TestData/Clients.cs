using Ffc.Sdk.Insights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.TestData;

/// <summary>Creates clients for tests that evaluate flags of the test's own data.</summary>
internal static class Clients
{
    /// <summary>A well-formed secret that no server accepts. Account 1, project 2, environment 3.</summary>
    public const string Secret = "Z29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ==";

    /// <summary>A well-formed secret of a FeatBit environment that no server accepts.</summary>
    public const string FeatBitSecret = "AwIBAAUEBwYICQoLDA0ODwPC0eD1pLeGmHlqW0w9Lh8A";

    /// <summary>Creates an offline client with these flags and segments of FeatBit.</summary>
    public static FfcClient OfflineFeatBit(params ItemJson[] items) => OfflineFeatBit(new NullInsightProcessor(), items);

    /// <inheritdoc cref="OfflineFeatBit(ItemJson[])"/>
    public static FfcClient OfflineFeatBit(IInsightProcessor insights, params ItemJson[] items) => new(
        new FfcOptions { EnvSecret = FeatBitSecret, Offline = true, Bootstrap = MessageJson.Full(items) }, insights);

    /// <summary>Creates an offline client with these flags and segments.</summary>
    public static FfcClient Offline(params ItemJson[] items) => Offline(new NullInsightProcessor(), items);

    /// <inheritdoc cref="Offline(ItemJson[])"/>
    public static FfcClient Offline(IInsightProcessor insights, params ItemJson[] items) =>
        new(new FfcOptions { Offline = true, Bootstrap = MessageJson.Full(items) }, insights);

    /// <summary>Creates an offline client with these flags and segments, and collects its logs.</summary>
    public static FfcClient Offline(FakeLogCollector logs, params ItemJson[] items)
    {
        var options = new FfcOptions { Offline = true, Bootstrap = MessageJson.Full(items), LoggerFactory = Logging(logs) };
        return new FfcClient(options, new NullInsightProcessor());
    }

    public static FfcUser User(string key = "ada") => FfcUser.Builder(key).Build();

    /// <summary>Creates loggers that write all levels to a collector.</summary>
    public static ILoggerFactory Logging(FakeLogCollector logs) => LoggerFactory.Create(logging =>
        logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs)));

    /// <summary>Evaluates a flag. Returns <c>variationId value: reason</c>, with -1 for a default.</summary>
    public static string EvaluateAsText(this FfcClient client, string key, FfcUser? user = null)
    {
        var state = client.VariationDetail(key, user ?? User(), "the default");
        return $"{state.VariationId ?? "-1"} {state.Value}: {state.Reason}";
    }
}
