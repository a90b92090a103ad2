using Ffc.Sdk.Insights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.TestData;

/// <summary>Clients that tests evaluate with, on data that the test writes down.</summary>
internal static class Clients
{
    /// <summary>Of the form of a real one; it opens nothing. Account 1, project 2, environment 3.</summary>
    public const string Secret = "Z29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ==";

    /// <summary>A client that holds these flags and segments and exchanges nothing.</summary>
    public static FfcClient Offline(params ItemJson[] items) => Offline(new NullInsightProcessor(), items);

    /// <inheritdoc cref="Offline(ItemJson[])"/>
    public static FfcClient Offline(IInsightProcessor insights, params ItemJson[] items) =>
        new(new FfcOptions { Offline = true, Bootstrap = MessageJson.Full(items) }, insights);

    /// <summary>A client as above, and all that it logs.</summary>
    public static FfcClient Offline(FakeLogCollector logs, params ItemJson[] items) => new(
        new FfcOptions { Offline = true, Bootstrap = MessageJson.Full(items), LoggerFactory = Logging(logs) }, new NullInsightProcessor());

    public static FfcUser User(string key = "ada") => FfcUser.Builder(key).Build();

    /// <summary>Loggers that write to a collector, everything.</summary>
    public static ILoggerFactory Logging(FakeLogCollector logs) => LoggerFactory.Create(logging =>
        logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs)));

    /// <summary>The result as one line for tables: <c>variationId value: reason</c>, with -1 for a default.</summary>
    public static string Ask(this FfcClient client, string key, FfcUser? user = null)
    {
        var state = client.VariationDetail(key, user ?? User(), "the default");
        return $"{state.VariationId ?? "-1"} {state.Value}: {state.Reason}";
    }
}
