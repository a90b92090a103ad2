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
        var faults = Faults(options);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>The faults, with the names of the settings in the section of the options.</summary>
    public static List<string> Faults(FfcOptions options)
    {
        // Every start runs this code, so it uses neither iterators nor LINQ over value types, which the JIT would compile.
        var faults = new List<string>();
        AddConnectionFaults(options, faults);
        AddDataFaults(options, faults);
        AddInsightFaults(options.Insights, options.Outbox, faults);
        AddDurationFaults(options, faults);
        return faults.ConvertAll(
            fault => fault.Replace(FfcOptions.DefaultSettingPrefix, options.SettingPrefix, StringComparison.Ordinal));
    }

    private static void AddConnectionFaults(FfcOptions options, List<string> faults)
    {
        var protocol = ParseSecret(options, out var fault);
        if (fault is not null)
            faults.Add($"Ffc:EnvSecret: {fault}.");

        if (!options.HasDefaultAddresses || !options.Offline)
            AddAddressFaults(options, options.Offline ? null : protocol, faults);
        if (options.Proxy is { } proxy && !IsUri(proxy, "http", "https"))
            faults.Add(UriFault("Ffc:Proxy", proxy, "an absolute http or https URI", "http://proxy.example.com:8080"));
    }

    private static void AddAddressFaults(FfcOptions options, IServerProtocol? protocol, List<string> faults)
    {
        if (!IsUri(options.StreamingUri, "ws", "wss", "http", "https"))
        {
            faults.Add(UriFault(
                "Ffc:StreamingUri",
                options.StreamingUri,
                "an absolute ws, wss, http or https URI without a query",
                "wss://flags.example.com"));
        }
        else if (protocol?.GetAddressFault(options.StreamingUri) is { } streamingFault)
            faults.Add($"Ffc:StreamingUri: {streamingFault}.");
        if (!IsUri(options.EventsUri, "http", "https"))
        {
            faults.Add(UriFault(
                "Ffc:EventsUri",
                options.EventsUri,
                "an absolute http or https URI without a query",
                "https://flags.example.com"));
        }
        else if (protocol?.GetAddressFault(options.EventsUri) is { } eventsFault)
            faults.Add($"Ffc:EventsUri: {eventsFault}.");
    }

    private static void AddDataFaults(FfcOptions options, List<string> faults)
    {
        if (options.Bootstrap is not null && options.BootstrapPath is not null)
            faults.Add("Ffc:BootstrapPath: must not be set together with Ffc:Bootstrap.");

        if (options.Snapshot.Path is { Length: > 0 } folder && string.IsNullOrWhiteSpace(folder))
            faults.Add("Ffc:Snapshot:Path: is blank; set it to a folder, or remove it.");
        if (options.LoggerFactory is null)
            faults.Add("Ffc:LoggerFactory: must not be null. Use NullLoggerFactory.Instance to turn logging off.");
        if (options.TimeProvider is null)
            faults.Add("Ffc:TimeProvider: must not be null. Use TimeProvider.System for the system clock.");

        foreach (var flagKey in options.Defaults.Keys)
        {
            if (options.Defaults[flagKey] is null)
                faults.Add($"Ffc:Defaults:{flagKey}: has no value; set it to the value of the flag, as text.");
        }
    }

    private static void AddInsightFaults(InsightOptions insights, OutboxOptions outbox, List<string> faults)
    {
        if (insights.BatchSize is < 1 or > InsightOptions.MaxBatchSize)
        {
            faults.Add($"Ffc:Insights:BatchSize: is {insights.BatchSize}, must be from 1 to {InsightOptions.MaxBatchSize}, "
                + "the limit of the server.");
        }

        if (insights.Capacity < insights.BatchSize || insights.Capacity > 1_000_000)
            faults.Add($"Ffc:Insights:Capacity: is {insights.Capacity}, must be from Ffc:Insights:BatchSize to 1000000.");
        if (insights.CapacityBytes is < MinCapacityBytes or > MaxCapacityBytes)
        {
            faults.Add($"Ffc:Insights:CapacityBytes: is {insights.CapacityBytes}, must be from {MinCapacityBytes} (1 MiB) "
                + $"to {MaxCapacityBytes} (16 GiB).");
        }

        if (insights.PrivateProperties.Any(string.IsNullOrWhiteSpace))
            faults.Add("Ffc:Insights:PrivateProperties: contains a blank name; remove it.");
        if (insights.PrivateProperties.Any(IsKey))
        {
            faults.Add("Ffc:Insights:PrivateProperties: contains the key, which the server requires. "
                + "Use keys of users that have no meaning elsewhere.");
        }

        if (insights.MaxRetries is < 0 or > 10)
            faults.Add($"Ffc:Insights:MaxRetries: is {insights.MaxRetries}, must be from 0 to 10.");
        if (outbox.Path is not null && string.IsNullOrWhiteSpace(outbox.Path))
            faults.Add("Ffc:Outbox:Path: is blank; set it to a folder, or remove it.");
    }

    private static void AddDurationFaults(FfcOptions options, List<string> faults)
    {
        if (options.StartWait < TimeSpan.Zero || options.StartWait > TimeSpan.FromMinutes(10))
            faults.Add(Range("Ffc:StartWait", options.StartWait, "from 00:00:00 to 00:10:00"));

        AddDurationFault("Ffc:Streaming:PingInterval", options.Streaming.PingInterval, faults);
        AddDurationFault("Ffc:Streaming:ConnectTimeout", options.Streaming.ConnectTimeout, faults);
        AddDurationFault("Ffc:Streaming:FirstRetryDelay", options.Streaming.FirstRetryDelay, faults);
        AddDurationFault("Ffc:Streaming:MaxRetryDelay", options.Streaming.MaxRetryDelay, faults);
        AddDurationFault("Ffc:Snapshot:MinWriteInterval", options.Snapshot.MinWriteInterval, faults);
        AddDurationFault("Ffc:Snapshot:RefreshInterval", options.Snapshot.RefreshInterval, faults);
        AddDurationFault("Ffc:Insights:FlushInterval", options.Insights.FlushInterval, faults);

        var resync = options.Streaming.ResyncInterval;
        if (resync != TimeSpan.Zero && (resync < MinResyncInterval || resync > MaxResyncInterval))
            faults.Add(Range("Ffc:Streaming:ResyncInterval", resync, "00:00:00, or from 00:00:01 to 1.00:00:00"));

        if (options.Streaming.MaxRetryDelay < options.Streaming.FirstRetryDelay)
        {
            faults.Add(Range(
                "Ffc:Streaming:MaxRetryDelay", options.Streaming.MaxRetryDelay, "at least Ffc:Streaming:FirstRetryDelay"));
        }
    }

    private static void AddDurationFault(string setting, TimeSpan value, List<string> faults)
    {
        if (value < MinDuration || value > MaxDuration)
            faults.Add(Range(setting, value, "at least a millisecond and at most 01:00:00"));
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
                : "is missing or empty; set it to the server-side secret of the environment, or set Ffc:Offline to true";
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

    private static string UriFault(string setting, Uri? uri, string expected, string example)
    {
        var fault = uri is null ? "is missing" : $"is '{UriCredentials.Show(uri.OriginalString)}'";
        return $"{setting}: {fault}, must be {expected}, such as {example}.";
    }

    private static string Range(string setting, TimeSpan value, string range) =>
        $"{setting}: is {value:c}, must be {range}. The format of a duration is hours:minutes:seconds, such as 00:00:15.";
}
