using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;
using Microsoft.Extensions.Options;

namespace Ffc.Sdk;

/// <summary>Reports all invalid settings by name. No message contains a secret.</summary>
internal sealed class FfcOptionsValidator : IValidateOptions<FfcOptions>
{
    private const long MinCapacityBytes = 1024 * 1024;
    private const long MaxCapacityBytes = 16L * 1024 * 1024 * 1024;

    private static readonly TimeSpan MinDuration = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MaxDuration = TimeSpan.FromHours(1);
    private static readonly TimeSpan MinResyncInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxResyncInterval = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, FfcOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>The faults, with the names of the settings in the section of the options.</summary>
    public static IEnumerable<string> Faults(FfcOptions options) => FaultsInDefaultSection(options)
        .Select(fault => fault.Replace(FfcOptions.DefaultSettingPrefix, options.SettingPrefix, StringComparison.Ordinal));

    private static IEnumerable<string> FaultsInDefaultSection(FfcOptions options)
    {
        var protocol = ParseSecret(options, out var fault);
        if (fault is not null)
            yield return $"Ffc:EnvSecret: {fault}.";

        if (!IsUri(options.StreamingUri, "ws", "wss", "http", "https"))
            yield return "Ffc:StreamingUri: must be an absolute ws, wss, http or https URI without a query.";
        else if (!options.Offline && protocol?.GetAddressFault(options.StreamingUri) is { } streamingFault)
            yield return $"Ffc:StreamingUri: {streamingFault}.";
        if (!IsUri(options.EventsUri, "http", "https"))
            yield return "Ffc:EventsUri: must be an absolute http or https URI without a query.";
        else if (!options.Offline && protocol?.GetAddressFault(options.EventsUri) is { } eventsFault)
            yield return $"Ffc:EventsUri: {eventsFault}.";
        if (options.Proxy is { } proxy && !IsUri(proxy, "http", "https"))
            yield return "Ffc:Proxy: must be an absolute http or https URI.";

        if (options.Bootstrap is not null && options.BootstrapPath is not null)
            yield return "Ffc:BootstrapPath: must not be set together with Ffc:Bootstrap.";

        if (options.Snapshot.Path is { Length: > 0 } folder && string.IsNullOrWhiteSpace(folder))
            yield return "Ffc:Snapshot:Path: is blank; set it to a folder, or remove it.";
        if (options.LoggerFactory is null)
            yield return "Ffc:LoggerFactory: must not be null. Use NullLoggerFactory.Instance to turn logging off.";
        if (options.TimeProvider is null)
            yield return "Ffc:TimeProvider: must not be null. Use TimeProvider.System for the system clock.";

        foreach (var (flagKey, _) in options.Defaults.Where(item => item.Value is null))
            yield return $"Ffc:Defaults:{flagKey}: has no value; set it to the value of the flag, as text.";

        foreach (var insightFault in InsightFaults(options.Insights, options.Outbox))
            yield return insightFault;

        if (options.StartWait < TimeSpan.Zero || options.StartWait > TimeSpan.FromMinutes(10))
            yield return Range("Ffc:StartWait", options.StartWait, "from 00:00:00 to 00:10:00");

        foreach (var (setting, value) in Durations(options))
        {
            if (value < MinDuration || value > MaxDuration)
                yield return Range(setting, value, "at least a millisecond and at most 01:00:00");
        }

        var resync = options.Streaming.ResyncInterval;
        if (resync != TimeSpan.Zero && (resync < MinResyncInterval || resync > MaxResyncInterval))
            yield return Range("Ffc:Streaming:ResyncInterval", resync, "00:00:00, or from 00:00:01 to 1.00:00:00");

        if (options.Streaming.MaxRetryDelay < options.Streaming.FirstRetryDelay)
        {
            yield return Range(
                "Ffc:Streaming:MaxRetryDelay", options.Streaming.MaxRetryDelay, "at least Ffc:Streaming:FirstRetryDelay");
        }
    }

    private static IEnumerable<(string Setting, TimeSpan Value)> Durations(FfcOptions options) =>
    [
        ("Ffc:Streaming:PingInterval", options.Streaming.PingInterval),
        ("Ffc:Streaming:ConnectTimeout", options.Streaming.ConnectTimeout),
        ("Ffc:Streaming:FirstRetryDelay", options.Streaming.FirstRetryDelay),
        ("Ffc:Streaming:MaxRetryDelay", options.Streaming.MaxRetryDelay),
        ("Ffc:Snapshot:MinWriteInterval", options.Snapshot.MinWriteInterval),
        ("Ffc:Snapshot:RefreshInterval", options.Snapshot.RefreshInterval),
        ("Ffc:Insights:FlushInterval", options.Insights.FlushInterval),
    ];

    private static IEnumerable<string> InsightFaults(InsightOptions insights, OutboxOptions outbox)
    {
        if (insights.BatchSize is < 1 or > InsightOptions.MaxBatchSize)
        {
            yield return $"Ffc:Insights:BatchSize: is {insights.BatchSize}, must be from 1 to {InsightOptions.MaxBatchSize}, "
                + "the limit of the server.";
        }

        if (insights.Capacity < insights.BatchSize || insights.Capacity > 1_000_000)
            yield return $"Ffc:Insights:Capacity: is {insights.Capacity}, must be from Ffc:Insights:BatchSize to 1000000.";
        if (insights.CapacityBytes is < MinCapacityBytes or > MaxCapacityBytes)
        {
            yield return $"Ffc:Insights:CapacityBytes: is {insights.CapacityBytes}, must be from {MinCapacityBytes} (1 MiB) "
                + $"to {MaxCapacityBytes} (16 GiB).";
        }

        if (insights.PrivateProperties.Any(string.IsNullOrWhiteSpace))
            yield return "Ffc:Insights:PrivateProperties: contains a blank name; remove it.";
        if (insights.PrivateProperties.Any(IsKey))
        {
            yield return "Ffc:Insights:PrivateProperties: contains the key, which the server requires. "
                + "Use keys of users that have no meaning elsewhere.";
        }

        if (insights.MaxRetries is < 0 or > 10)
            yield return $"Ffc:Insights:MaxRetries: is {insights.MaxRetries}, must be from 0 to 10.";
        if (outbox.Path is not null && string.IsNullOrWhiteSpace(outbox.Path))
            yield return "Ffc:Outbox:Path: is blank; set it to a folder, or remove it.";
    }

    private static bool IsKey(string property) =>
        property is not null && property.ToUpperInvariant() is "KEY" or "KEYID";

    private static IServerProtocol? ParseSecret(FfcOptions options, out string? fault)
    {
        fault = null;
        if (string.IsNullOrWhiteSpace(options.EnvSecret))
        {
            fault = options.Offline
                ? null
                : "is missing; set it to the server-side secret of the environment, or set Ffc:Offline to true";
            return null;
        }

        try
        {
            return ServerProtocol.Parse(options.EnvSecret);
        }
        catch (FormatException exception)
        {
            fault = exception.SafeMessage();
            return null;
        }
    }

    private static bool IsUri(Uri? uri, params ReadOnlySpan<string> schemes) =>
        uri is { IsAbsoluteUri: true } && schemes.Contains(uri.Scheme) && uri.Query.Length == 0 && uri.Fragment.Length == 0;

    private static string Range(string setting, TimeSpan value, string range) =>
        $"{setting}: is {value:c}, must be {range}. The format of a duration is hours:minutes:seconds, such as 00:00:15.";
}
