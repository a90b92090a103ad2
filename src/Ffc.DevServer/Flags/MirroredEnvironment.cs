using Ffc.Sdk;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Flags;

/// <summary>The flags of a real environment, streamed by a client of the SDK.</summary>
internal sealed class MirroredEnvironment : IAsyncDisposable
{
    private readonly FfcClient _client;

    private MirroredEnvironment(FfcClient client, Uri server) => (_client, Server) = (client, server);

    /// <summary>Is raised after the flags or the status of the connection have changed.</summary>
    public event Action? Changed;

    /// <summary>The address that flags are streamed from.</summary>
    public Uri Server { get; }

    public DataSet Data => _client.Data;

    public UpdateStatus Status => _client.UpdateStatusProvider.Status;

    /// <summary>Connects to the server and waits for the flags.</summary>
    /// <exception cref="ArgumentException">The secret or an address is invalid.</exception>
    /// <exception cref="IOException">The server did not send the flags.</exception>
    public static async Task<MirroredEnvironment> StartAsync(
        MirrorOptions options, DevServerOptions server, CancellationToken cancellationToken)
    {
        var client = await FfcClient.StartAsync(
            new FfcOptions
            {
                EnvSecret = options.EnvSecret,
                StreamingUri = options.StreamingUri,
                EventsUri = EventsUriOf(options),
                StartWait = options.StartWait,
                TimeProvider = server.TimeProvider,
                LoggerFactory = server.LoggerFactory,
                SettingPrefix = "Mirror.",
                KeepsJson = true,
            },
            cancellationToken);
        if (client.Initialized)
            return new MirroredEnvironment(client, options.StreamingUri).Subscribe();

        var reason = client.UpdateStatusProvider.Status.LastError?.Message ?? "the server has not answered";
        await client.DisposeAsync();
        var address = UriCredentials.Remove(options.StreamingUri.ToString());
        throw new IOException($"cannot mirror the environment at {address}: {reason}");
    }

    /// <summary>The address that insights are sent to.</summary>
    public static Uri EventsUriOf(MirrorOptions options) => options.EventsUri ?? new UriBuilder(options.StreamingUri)
    {
        Scheme = options.StreamingUri.Scheme is "wss" or "https" ? Uri.UriSchemeHttps : Uri.UriSchemeHttp,
    }.Uri;

    /// <summary>Returns why a file cannot override flags of the environment; null if it can.</summary>
    public string? FindConflict(FlagsDocument overrides)
    {
        var data = Data;
        var conflicts =
            from flag in overrides.Flags
            where !flag.Item.IsArchived
            let other = data.FlagById(flag.Item.Id)
            where other is not null && other.Key != flag.Key
            select $"flag {flag.Key}: its id {flag.Item.Id} belongs to the flag {other.Key} of the mirrored environment; "
                + $"expected {data.FlagByKey(flag.Key)?.Id ?? "an id of its own"}";
        return conflicts.FirstOrDefault();
    }

    /// <summary>Returns the flags and segments, without the flags that a file overrides, and those of the file.</summary>
    /// <exception cref="InvalidDataException">The file cannot override flags of the environment.</exception>
    public DataSync Overlay(FlagsDocument overrides, WireFormat format)
    {
        if (FindConflict(overrides) is { } conflict)
            throw new InvalidDataException(conflict);
        var flags = overrides.Flags.Where(flag => !flag.Item.IsArchived)
            .ToDictionary(flag => flag.Key, flag => flag.Item, StringComparer.Ordinal);
        var segments = overrides.Data.Segments.ToDictionary(segment => segment.Id, StringComparer.Ordinal);
        var data = Data;
        return new DataSync(
            IsFull: true,
            [
                .. data.Flags.Zip(ItemContent.ReadJson(data.Flags.Select(flag => flag.Content)), (flag, json) =>
                    flags.Remove(flag.Key, out var item)
                        ? item
                        : new IncomingItem<Flag>(flag.Id, flag.Version, false, json, format.CompileFlag)),
                .. flags.Values,
            ],
            [
                .. data.SegmentsById.Values.Zip(
                    ItemContent.ReadJson(data.SegmentsById.Values.Select(segment => segment.Content)),
                    (segment, json) => segments.Remove(segment.Id, out var item)
                        ? item
                        : new IncomingItem<Segment>(segment.Id, segment.Version, false, json, format.CompileSegment)),
                .. segments.Values,
            ],
            []);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private MirroredEnvironment Subscribe()
    {
        _client.FlagsChanged += (_, _) => Changed?.Invoke();
        _client.UpdateStatusProvider.StatusChanged += (_, _) => Changed?.Invoke();
        return this;
    }
}
