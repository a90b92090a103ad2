using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Insights;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Streaming;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk;

/// <inheritdoc cref="IFfcClient"/>
public sealed partial class FfcClient : IFfcClient
{
    internal const string Ok = "OK";

    private readonly FfcOptions _options;
    private readonly Dictionary<string, Variation> _defaults;
    private readonly DataStore _store;
    private readonly IInsightProcessor _insights;
    private readonly UpdateStatusProvider _status;
    private readonly SnapshotSynchronizer? _snapshots;
    private readonly StreamingSynchronizer? _stream;
    private readonly ILogger<FfcClient> _logger;
    private readonly Lock _accepting = new();
    private readonly TaskCompletionSource _firstData = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Task> _closing;
    private volatile FlagDataInfo _data = new(FlagDataSource.None, 0, null, 0, 0);

    /// <summary>Makes a client. Returns at once; the client connects in the background.</summary>
    /// <param name="options">How it connects and behaves. Not to be changed afterwards.</param>
    /// <exception cref="ArgumentException">A setting cannot work; the message names it.</exception>
    public FfcClient(FfcOptions options)
        : this(options, insights: null)
    {
    }

    internal FfcClient(FfcOptions options, IInsightProcessor? insights)
    {
        ThrowIfInvalid(options);
        _options = options = options.Copy();

        // Before anything is started that would go on if it threw.
        var bootstrap = BootstrapData.Read(options);
        _insights = insights ?? (options.Offline ? new NullInsightProcessor() : new InsightProcessor(options));
        _logger = options.LoggerFactory.CreateLogger<FfcClient>();
        _defaults = options.Defaults.ToDictionary(item => item.Key, item => new Variation(-1, item.Value), StringComparer.Ordinal);
        _store = new DataStore(options.LoggerFactory.CreateLogger<DataStore>());
        _status = new UpdateStatusProvider(options.TimeProvider, options.LoggerFactory.CreateLogger<UpdateStatusProvider>());

        _closing = new Lazy<Task>(CloseAsync);

        if (bootstrap is not null)
            Accept(bootstrap, FlagDataSource.Bootstrap);

        if (options.Offline)
        {
            _status.SwitchedOff(null);
            return;
        }

        // Both at once: whichever has data first serves, and what the server says wins.
        var secret = EnvironmentSecret.Parse(options.EnvSecret);
        if (SnapshotStore(options) is { } snapshots)
            _snapshots = new SnapshotSynchronizer(options, secret, snapshots, _status, _store, Accept);
        _stream = new StreamingSynchronizer(options, secret, _status, _store.RequestingFull, sync => Accept(sync, FlagDataSource.Stream));
    }

    /// <inheritdoc/>
    public event EventHandler<FlagsChangedEventArgs>? FlagsChanged;

    /// <inheritdoc/>
    public bool Initialized => _data.Source != FlagDataSource.None;

    /// <inheritdoc/>
    public IUpdateStatusProvider UpdateStatusProvider => _status;

    /// <inheritdoc/>
    public FlagDataInfo Data => _data;

    /// <summary>Makes a client and waits for data.</summary>
    /// <param name="options">How it connects and behaves.</param>
    /// <param name="cancellationToken">Gives up: no client is left behind.</param>
    /// <returns>
    /// The client, as soon as it has data, or when <see cref="FfcOptions.StartWait"/> is over, or when the server refused it: look at
    /// <see cref="Initialized"/>. It goes on connecting in the background.
    /// </returns>
    /// <exception cref="ArgumentException">A setting cannot work; the message names it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<FfcClient> StartAsync(FfcOptions options, CancellationToken cancellationToken = default)
    {
        var client = new FfcClient(options);
        try
        {
            await client.WaitForDataAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public T Variation<T>(string key, FfcUser? user, T defaultValue) =>
        Fault<T>(key, user, out var value, out _, out _) is null ? value! : DefaultFor(key, defaultValue);

    /// <inheritdoc/>
    public FlagState<T> VariationDetail<T>(string key, FfcUser? user, T defaultValue) =>
        Fault<T>(key, user, out var value, out var evaluation, out var flag) is { } reason
            ? new FlagState<T>(false, reason, new EvalDetail<T>(-1, reason, DefaultFor(key, defaultValue), key ?? "", null))
            : new FlagState<T>(true, Ok, new EvalDetail<T>(evaluation.Variation.LocalId, evaluation.Reason, value!, flag!.Key, flag.Name));

    /// <inheritdoc/>
    public bool IsEnabled(string key, FfcUser? user) => Variation(key, user, "off").ToUpperInvariant() is "Y" or "YES" or "T" or "TRUE" or "ON" or "1";

    /// <inheritdoc/>
    public bool IsFlagKnown(string key) => Initialized && key is not null && _store.Current.FlagByKey(key) is not null;

    /// <inheritdoc/>
    public AllFlagStates GetAllLatestFlagVariations(FfcUser? user)
    {
        if (!Initialized)
            return new AllFlagStates(EvaluationReasons.ClientNotReady);
        if (user is null)
            return new AllFlagStates(EvaluationReasons.UserNotSpecified);

        try
        {
            var data = _store.Current;
            var details = new EvalDetail<string>[data.Flags.Count];
            var i = 0;
            foreach (var flag in data.Flags)
                details[i++] = AllFlagStates.Detail(flag, EvaluateQuietly(data, flag, user));
            return new AllFlagStates(this, user, data, details);
        }
        catch (Exception e)
        {
            LogEvaluationFailed(e, "(all)");
            return new AllFlagStates(EvaluationReasons.ErrorInEvaluation);
        }
    }

    /// <summary>
    /// Closes the stream, writes the snapshot where it lacks something, and sends what insights there are or puts them in the outbox.
    /// Evaluation goes on with the data in hand.
    /// </summary>
    public ValueTask DisposeAsync() => new(_closing.Value);

    /// <summary>Evaluates a flag without events.</summary>
    private static EvalResult EvaluateQuietly(DataSet data, Flag flag, FfcUser user)
    {
        var scope = new EvaluationScope(data, user, timestamp: null);
        return Evaluator.Evaluate(ref scope, flag);
    }

    /// <summary>Evaluates a flag with its events.</summary>
    internal EvalResult EvaluateAndRecord(DataSet data, Flag flag, FfcUser user)
    {
        var scope = Scope(data, user);
        var evaluation = Evaluator.Evaluate(ref scope, flag);
        Record(scope);
        EvaluationTelemetry.Evaluated(flag.Key, evaluation);
        return evaluation;
    }

    private static ISnapshotStore? SnapshotStore(FfcOptions options) =>
        options.SnapshotStore ?? (options.Snapshot.Path is { Length: > 0 } folder ? new FileSnapshotStore(folder) : null);

    private static void ThrowIfInvalid(FfcOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (FfcOptionsValidator.Faults(options).ToList() is [_, ..] faults)
            throw new ArgumentException(string.Join(Environment.NewLine, faults), nameof(options));
    }

    private async Task CloseAsync()
    {
        // Side by side: the host that stops us gives all of it together a few seconds.
        var insights = _insights.DisposeAsync();
        if (_stream is not null)
            await _stream.DisposeAsync().ConfigureAwait(false);
        if (_snapshots is not null)
            await _snapshots.DisposeAsync().ConfigureAwait(false);
        await insights.ConfigureAwait(false);
    }

    private async Task WaitForDataAsync(CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var settled = _status.WaitForOKStateAsync(_options.StartWait, enough.Token);
        await Task.WhenAny(_firstData.Task, settled).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Evaluates a flag as a type. Null when it went well, else the reason why the default is to be returned.</summary>
    private string? Fault<T>(string? key, FfcUser? user, out T? value, out EvalResult evaluation, out Flag? flag)
    {
        var fault = FaultUnobserved(key, user, out value, out evaluation, out flag);
        if (fault is null)
            EvaluationTelemetry.Evaluated(key!, evaluation);
        else
            EvaluationTelemetry.Failed(key, fault);
        return fault;
    }

    private string? FaultUnobserved<T>(string? key, FfcUser? user, out T? value, out EvalResult evaluation, out Flag? flag)
    {
        (value, evaluation, flag) = (default, default, null);
        try
        {
            if (!Initialized)
                return EvaluationReasons.ClientNotReady;

            var data = _store.Current;
            flag = key is null ? null : data.FlagByKey(key);
            if (flag is null)
                return EvaluationReasons.FlagNotFound;
            if (user is null)
                return EvaluationReasons.UserNotSpecified;

            var scope = Scope(data, user);
            evaluation = Evaluator.Evaluate(ref scope, flag);
            if (!evaluation.Variation.TryRead(out value))
                return EvaluationReasons.WrongType;

            Record(scope);
            return null;
        }
        catch (Exception e)
        {
            LogEvaluationFailed(e, flag?.Key);
            return EvaluationReasons.ErrorInEvaluation;
        }
    }

    private EvaluationScope Scope(DataSet data, FfcUser user) =>
        new(data, user, _insights.IsEnabled ? _options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds() : null);

    private void Record(in EvaluationScope scope)
    {
        if (scope.Trail is { } last)
            _insights.Record(last);
    }

    private T DefaultFor<T>(string? key, T defaultValue) =>
        key is not null && _defaults.TryGetValue(key, out var configured) && configured.TryRead<T>(out var value) ? value : defaultValue;

    private void Accept(DataSync sync, FlagDataSource source)
    {
        IReadOnlyCollection<string> changed;
        lock (_accepting)
        {
            changed = _store.Apply(sync);
            if (!Initialized)
            {
                // A patch that overtook the first full is a part only: nothing is answered from it before the rest is here.
                if (!sync.IsFull)
                    return;
                changed = [.. _store.Current.Flags.Select(flag => flag.Key)];
            }

            // A patch on top of a snapshot does not make all of it the server's.
            _data = sync.IsFull ? DataInForce(source) : DataInForce(_data.Source) with { SnapshotWritten = _data.SnapshotWritten };
        }

        Announce(sync.IsFull ? Wire.Full : Wire.Patch, changed);
        if (source == FlagDataSource.Stream)
            _snapshots?.DataChanged();
    }

    private bool Accept(SnapshotData snapshot, int appliedBefore)
    {
        IReadOnlyCollection<string>? changed;
        lock (_accepting)
        {
            changed = _store.ApplySnapshot(snapshot.Sync, snapshot.Metadata.DataVersion, appliedBefore);
            if (changed is null)
                return false;
            if (!Initialized)
                changed = [.. _store.Current.Flags.Select(flag => flag.Key)];
            _data = DataInForce(FlagDataSource.Snapshot) with { SnapshotWritten = snapshot.Metadata.Written };
        }

        Announce(Wire.Full, changed);
        return true;
    }

    private FlagDataInfo DataInForce(FlagDataSource source)
    {
        var data = _store.Current;
        return new FlagDataInfo(source, data.Version, _options.TimeProvider.GetUtcNow(), data.Flags.Count, data.SegmentsById.Count);
    }

    private void Announce(string kind, IReadOnlyCollection<string> changed)
    {
        var data = _data;
        LogAccepted(kind, data.Source, data.Flags, data.Segments, changed.Count);
        _firstData.TrySetResult();
        if (changed.Count == 0)
            return;

        try
        {
            FlagsChanged?.Invoke(this, new FlagsChangedEventArgs(changed));
        }
        catch (Exception e)
        {
            LogHandlerFailed(e);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information,
        Message = "Flag data ({Kind}) from {Source}: {Flags} flags and {Segments} segments in force, {Changed} flags affected")]
    private partial void LogAccepted(string kind, FlagDataSource source, int flags, int segments, int changed);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "Flag {FlagKey} could not be evaluated; its default was returned")]
    private partial void LogEvaluationFailed(Exception e, string? flagKey);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "A handler of FlagsChanged threw")]
    private partial void LogHandlerFailed(Exception e);
}
