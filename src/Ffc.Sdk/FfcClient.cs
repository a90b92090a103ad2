using System.Text.Json.Serialization.Metadata;
using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Insights;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Streaming;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk;

/// <inheritdoc cref="IFfcClient"/>
/// <example>
/// <code>
/// await using var client = await FfcClient.StartAsync(new FfcOptions { EnvSecret = secret });
/// var user = FfcUser.Builder("u1").Email("ada@example.com").Build();
/// bool isOn = client.Variation("new-checkout", user, false);
/// </code>
/// </example>
public sealed partial class FfcClient : IFfcClient
{
    // In total less than the four seconds that DisposeAsync may take. A handler of the application may block a part forever.
    private static readonly TimeSpan StreamCloseLimit = TimeSpan.FromSeconds(1.25);
    private static readonly TimeSpan StatusCloseLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SnapshotCloseLimit = TimeSpan.FromSeconds(2.5);

    private readonly FfcOptions _options;
    private readonly Dictionary<string, Variation> _defaults;
    private readonly DataStore _store;
    private readonly IInsightProcessor _insights;
    private readonly EventClock _clock;
    private readonly FlagEvaluator _evaluator;
    private readonly UpdateStatusProvider _status;
    private readonly SnapshotReader? _snapshotReader;
    private readonly SnapshotWriter? _snapshotWriter;
    private readonly StreamingSynchronizer? _stream;
    private readonly ILogger<FfcClient> _logger;
    private readonly Lock _lock = new();
    private readonly FlagWatchers _watchers = new();
    private readonly TaskCompletionSource _firstData = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Task> _closing;
    private volatile FlagDataInfo _flagData = new();

    /// <summary>Creates a client with default options. Returns immediately; the client connects in the background.</summary>
    /// <param name="envSecret">The server-side secret of the environment.</param>
    /// <exception cref="ArgumentException">The secret is not valid.</exception>
    public FfcClient(string envSecret)
        : this(new FfcOptions { EnvSecret = envSecret })
    {
    }

    /// <summary>Creates a client. Returns immediately; the client connects in the background.</summary>
    /// <param name="options">The options. The client copies them: later changes have no effect on it.</param>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public FfcClient(FfcOptions options)
        : this(options, insights: null)
    {
    }

    internal FfcClient(FfcOptions options, IInsightProcessor? insights)
    {
        ThrowIfInvalid(options);
        _options = options = options.Copy();
        var protocol = options.Offline ? null : ServerProtocol.Parse(options.EnvSecret);
        options.LoggerFactory = new SafeLoggerFactory(options.LoggerFactory, protocol?.EnvironmentName);

        // This is the first step, because it may throw, and no background work must be running then.
        var snapshotStore = protocol is null ? null : SnapshotStore(options);
        _store = new DataStore(
            options.LoggerFactory.CreateLogger<DataStore>(), keepJson: snapshotStore is not null || options.KeepsJson);
        var bootstrap = Bootstrap.Read(options, _store.PrepareMessage, out var format);
        HasNumericVariationIds = format.HasNumericVariationIds;
        _insights = insights ?? (protocol is null || !options.Insights.Enabled
            ? new NullInsightProcessor()
            : new InsightProcessor(options, protocol));
        _logger = options.LoggerFactory.CreateLogger<FfcClient>();
        _defaults = new Dictionary<string, Variation>(options.Defaults.Count, StringComparer.Ordinal);
        foreach (var flagKey in options.Defaults.Keys)
            _defaults[flagKey] = new Variation("", options.Defaults[flagKey]);
        _clock = new EventClock(options.TimeProvider);
        _evaluator = new FlagEvaluator(
            _store, _insights, _clock, options.LoggerFactory.CreateLogger<FlagEvaluator>());
        _status = new UpdateStatusProvider(options.TimeProvider, options.LoggerFactory.CreateLogger<UpdateStatusProvider>());

        _closing = new Lazy<Task>(CloseAsync);

        if (bootstrap is not null)
            Accept(bootstrap, FlagDataSource.Bootstrap);

        if (protocol is null)
        {
            _status.Close();
            return;
        }

        // The snapshot is read while the stream connects. The client uses the data that arrives first. The stream always
        // replaces a snapshot.
        if (snapshotStore is not null)
        {
            var snapshots = new SnapshotStoreClient(snapshotStore, protocol, options.TimeProvider, options.SettingPrefix);
            _snapshotReader = new SnapshotReader(options, snapshots, _status, _store, Accept);
            _snapshotWriter = new SnapshotWriter(options, snapshots, _store, RequestFullAsync, _snapshotReader.FirstRead);
        }

        _stream = new StreamingSynchronizer(
            options,
            protocol,
            _status,
            _store.RequestingFull,
            _store.PrepareMessage,
            sync => Accept(sync, FlagDataSource.Stream),
            () => Initialized);
    }

    /// <inheritdoc/>
    public event EventHandler<FlagsChangedEventArgs>? FlagsChanged;

    /// <inheritdoc/>
    public bool Initialized => _store.HasFullData;

    /// <inheritdoc/>
    public IUpdateStatusProvider UpdateStatusProvider => _status;

    /// <inheritdoc/>
    public FlagDataInfo FlagData => _flagData;

    /// <summary>Evaluates flags in their own type, for protocols whose callers do not name a type.</summary>
    internal FlagEvaluator Evaluator => _evaluator;

    /// <summary>The current flags and segments.</summary>
    internal DataSet Data => _store.Current;

    /// <summary>Whether the server's ids of variations are numbers.</summary>
    internal bool HasNumericVariationIds { get; }

    /// <summary>Creates a client and waits until it has data, for at most <see cref="FfcOptions.StartWait"/>.</summary>
    /// <param name="options">The options. The client copies them: later changes have no effect on it.</param>
    /// <param name="cancellationToken">Cancels the start; the client is then disposed of.</param>
    /// <returns>
    /// The client. The method returns when the client has data, when the time is over, or when the server refuses the secret.
    /// Check <see cref="Initialized"/>. Unless refused, the client continues to connect in the background.
    /// </returns>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<FfcClient> StartAsync(FfcOptions options, CancellationToken cancellationToken = default)
    {
        var client = new FfcClient(options);
        try
        {
            await client.WaitForDataAsync(client._options.StartWait, cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> WaitForDataAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var waitCts = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var settled = _status.WaitForOkAsync(timeout, waitCts.Token);
        await Task.WhenAny(_firstData.Task, settled).ConfigureAwait(false);
        await waitCts.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return Initialized;
    }

    /// <inheritdoc/>
    public T Variation<T>(string key, FfcUser? user, T defaultValue)
    {
        var result = _evaluator.Evaluate<T>(key, user);
        return result.Error == EvaluationError.None ? result.Value! : DefaultFor(key, defaultValue);
    }

    /// <inheritdoc/>
    public T Variation<T>(string key, FfcUser? user, T defaultValue, JsonTypeInfo<T> typeInfo) =>
        VariationDetail(key, user, defaultValue, typeInfo).Value;

    /// <inheritdoc/>
    public FlagState<T> VariationDetail<T>(string key, FfcUser? user, T defaultValue) =>
        StateOf(_evaluator.Evaluate<T>(key, user), key, defaultValue);

    /// <inheritdoc/>
    public FlagState<T> VariationDetail<T>(string key, FfcUser? user, T defaultValue, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return StateOf(_evaluator.Evaluate(key, user, typeInfo), key, defaultValue, typeInfo);
    }

    /// <inheritdoc/>
    public bool IsEnabled(string key, FfcUser? user) =>
        Variation(key, user, "off").ToUpperInvariant() is "Y" or "YES" or "T" or "TRUE" or "ON" or "1";

    /// <inheritdoc/>
    public bool IsFlagKnown(string key) => Initialized && key is not null && _store.Current.FlagByKey(key) is not null;

    /// <inheritdoc/>
    public FlagExplanation Explain(string key, FfcUser? user) => _evaluator.Explain(key, user);

    /// <inheritdoc/>
    public AllFlagStates GetAllFlags(FfcUser? user) => _evaluator.EvaluateAll(user);

    /// <summary>
    /// Writes the pending snapshot, closes the stream, and sends the remaining insights or moves them to the outbox. Evaluation
    /// continues on the current data. Takes at most four seconds.
    /// </summary>
    public ValueTask DisposeAsync() => new(_closing.Value);

    /// <summary>
    /// Does the same as <see cref="DisposeAsync"/>, and blocks until it is complete. Prefer <see cref="DisposeAsync"/>.
    /// </summary>
    public void Dispose() => _closing.Value.GetAwaiter().GetResult();

    private static ISnapshotStore? SnapshotStore(FfcOptions options) =>
        options.SnapshotStore ?? (options.Snapshot.Path is { Length: > 0 } folder ? new FileSnapshotStore(folder) : null);

    private static void ThrowIfInvalid(FfcOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (FfcOptionsValidator.Faults(options) is [_, ..] faults)
            throw new ArgumentException(string.Join(Environment.NewLine, faults), nameof(options));
    }

    private async Task CloseAsync()
    {
        // In parallel, because a stopping host allows only a few seconds.
        var insights = CloseInsightsAsync();

        // Before the stream, because the last write may need a full from the server.
        await Task.WhenAll(
            CloseAsync("snapshot reader", _snapshotReader, StreamCloseLimit),
            CloseAsync("snapshot writer", _snapshotWriter, SnapshotCloseLimit)).ConfigureAwait(false);
        await Task.WhenAll(
            CloseAsync("stream", _stream, StreamCloseLimit),
            CloseAsync("status", CloseStatusAsync, StatusCloseLimit),
            insights).ConfigureAwait(false);
    }

    private async Task CloseInsightsAsync()
    {
        try
        {
            // The insights have their own time limits.
            await _insights.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogPartNotClosed("insights", exception);
        }
    }

    private Task CloseStatusAsync()
    {
        // A handler of StatusChanged may block.
        _watchers.Close();
        _status.Close();
        return Task.CompletedTask;
    }

    private Task CloseAsync(string part, IAsyncDisposable? disposable, TimeSpan limit) =>
        disposable is null ? Task.CompletedTask : CloseAsync(part, () => disposable.DisposeAsync().AsTask(), limit);

    /// <summary>Closes a part of the client. Never throws, so that the other parts are closed too.</summary>
    private async Task CloseAsync(string part, Func<Task> close, TimeSpan limit)
    {
        try
        {
            await TimeLimit.RunAsync(_ => close(), limit, _options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogPartNotClosed(part, exception);
        }
    }

    private FlagState<T> StateOf<T>(
        in TypedResult<T> result, string? key, T defaultValue, JsonTypeInfo<T>? typeInfo = null) => new()
        {
            Value = result.Error == EvaluationError.None ? result.Value! : DefaultFor(key, defaultValue, typeInfo),
            Reason = result.Reason,
            Error = result.Error,
            VariationId = result.Result.Variation?.Id,
            IsSplit = result.Result.IsSplit,
            DataVersion = result.Error == EvaluationError.None ? result.DataVersion : _flagData.Version,
            FlagKey = key ?? "",
            FlagName = result.Flag?.Name,
        };

    private T DefaultFor<T>(string? key, T defaultValue, JsonTypeInfo<T>? typeInfo = null) =>
        key is not null && _defaults.TryGetValue(key, out var configured) && configured.TryRead(out var value, typeInfo)
            ? value
            : defaultValue;

    /// <summary>Applies a message of the server, or of the flags of a test.</summary>
    internal void Accept(DataSync sync, FlagDataSource source)
    {
        IReadOnlyCollection<string> changed;
        lock (_lock)
        {
            var isFirst = !Initialized;
            changed = _store.Apply(sync);

            // A patch that arrives before the first full is only a part of the data. Flags are evaluated only on complete data.
            if (!Initialized)
                return;
            if (isFirst)
                changed = AllKeys();

            // After a patch, the other items still come from the snapshot, so the source does not change.
            _flagData = sync.IsFull
                ? Describe(source)
                : Describe(_flagData.Source) with { SnapshotWritten = _flagData.SnapshotWritten };
        }

        Announce(sync.IsFull ? Wire.Full : Wire.Patch, changed);
        if (source == FlagDataSource.Stream)
            _snapshotWriter?.ReceivedData();
    }

    private Task<bool> RequestFullAsync(CancellationToken cancellationToken) =>
        _stream?.RequestFullAsync(cancellationToken) ?? Task.FromResult(false);

    private bool Accept(SnapshotData snapshot, int fullCount)
    {
        IReadOnlyCollection<string>? changed;
        lock (_lock)
        {
            var isFirst = !Initialized;
            changed = _store.ApplySnapshot(snapshot.Sync, snapshot.Metadata.DataVersion, fullCount);
            if (changed is null)
                return false;
            if (isFirst)
                changed = AllKeys();
            _flagData = Describe(FlagDataSource.Snapshot) with { SnapshotWritten = snapshot.Metadata.Written };
        }

        Announce(Wire.Full, changed);
        return true;
    }

    private string[] AllKeys() => [.. _store.Current.Flags.Select(flag => flag.Key)];

    private FlagDataInfo Describe(FlagDataSource source)
    {
        var data = _store.Current;
        return new FlagDataInfo
        {
            Source = source,
            Version = data.Version,
            Since = _options.TimeProvider.GetUtcNow(),
            FlagCount = data.Flags.Count,
            SegmentCount = data.SegmentsById.Count,
        };
    }

    private void Announce(string kind, IReadOnlyCollection<string> changed)
    {
        var data = _flagData;
        LogAccepted(kind, data.Source, data.FlagCount, data.SegmentCount, changed.Count);
        _firstData.TrySetResult();
        if (changed.Count == 0)
            return;

        // Before the handlers, which may block.
        _watchers.FlagsChanged(changed);
        EventRaiser.Raise(FlagsChanged, this, new FlagsChangedEventArgs(changed), LogHandlerFailed);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information,
        Message = "Received flag data ({Kind}, from {Source}). Flags: {Flags}, segments: {Segments}, changed flags: {Changed}")]
    private partial void LogAccepted(string kind, FlagDataSource source, int flags, int segments, int changed);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "A FlagsChanged handler threw an exception")]
    private partial void LogHandlerFailed(Exception exception);

    [LoggerMessage(EventId = 7, Level = LogLevel.Error, Message = "Closing a part of the client failed: {Part}")]
    private partial void LogPartNotClosed(string part, Exception exception);
}
