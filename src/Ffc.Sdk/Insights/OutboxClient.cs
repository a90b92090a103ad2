using System.Runtime.CompilerServices;
using Ffc.Sdk.Internal;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Calls the outbox, with a timeout for each call. After a failed put, it puts nothing for some seconds, so that an outbox that
/// hangs does not delay other work. Other calls that fail do not pause puts. During the shutdown, there is no pause.
/// </summary>
internal sealed partial class OutboxClient
{
    private const string NotConfigured = "no outbox is configured";

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    // Callers that poll the status do not burden the outbox.
    private static readonly TimeSpan CountCacheTime = TimeSpan.FromSeconds(1);

    // One step may skip many batches that other instances have claimed.
    private static readonly TimeSpan ClaimTimeout = TimeSpan.FromSeconds(30);

    private readonly IInsightOutbox? _outbox;
    private readonly string? _folderSetting;
    private readonly string _environment;
    private readonly InsightCounters _counters;
    private readonly DuplicateTracker _duplicates;
    private readonly InsightLifetime _lifetime;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<OutboxClient> _logger;
    private readonly Lock _lock = new();
    private Task<int>? _counting;
    private long _countedAt;
    private readonly CallState _puts;
    private readonly CallState _rejections;
    private readonly CallState _claims;
    private volatile string? _drainProblem;

    public OutboxClient(
        FfcOptions options, string environment, InsightCounters counters, DuplicateTracker duplicates, InsightLifetime lifetime)
    {
        (_environment, _counters, _duplicates, _lifetime) = (environment, counters, duplicates, lifetime);
        _timeProvider = options.TimeProvider;
        _logger = options.LoggerFactory.CreateLogger<OutboxClient>();
        _puts = new CallState(_timeProvider);
        _rejections = new CallState(_timeProvider);
        _claims = new CallState(_timeProvider);
        _outbox = options.InsightOutbox ?? (options.Outbox.Path is { } folder
            ? new FileOutbox(folder, options.TimeProvider, options.LoggerFactory.CreateLogger<FileOutbox>())
            : null);
        _folderSetting = _outbox is FileOutbox ? $"{options.SettingPrefix}Outbox:Path" : null;
        if (_outbox is FileOutbox files)
            _ = Task.Run(() => CheckAccess(files));
    }

    public bool IsConfigured => _outbox is not null;

    /// <summary>Whether the outbox may contain batches, as far as this instance knows.</summary>
    public bool MayHoldBatches { get; set; } = true;

    /// <summary>
    /// The problem that the last put or the last drain found; null if there is none. It does not call the outbox.
    /// </summary>
    public string? Problem => _puts.Problem ?? _rejections.Problem ?? _claims.Problem ?? _drainProblem;

    /// <summary>Where batches go that the server does not accept, as the end of a sentence.</summary>
    public string Destination => !IsConfigured ? "wait in memory, because no outbox is configured"
        : _puts.Problem is null ? "are stored in the outbox"
        : "wait in memory, because the outbox is not available";

    /// <summary>True during the pause after a failed put.</summary>
    public bool IsPaused => IsPausedAfter(_puts);

    /// <summary>Stores a batch. False if the outbox does not accept it.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="isQueued">Whether its events were in the queue.</param>
    public async Task<bool> TryPutAsync(InsightBatch batch, CancellationToken cancellationToken, bool isQueued = true)
    {
        if (!IsPaused)
            _duplicates.Retrying(batch);
        var outcome = await TryAsync(_puts, token => _outbox!.PutAsync(batch, token), cancellationToken).ConfigureAwait(false);
        if (outcome == CallOutcome.Unknown)
            _duplicates.PutUncertain(batch);
        if (outcome != CallOutcome.Succeeded)
            return false;

        _duplicates.Forget(batch);
        MayHoldBatches = true;
        if (!isQueued)
            _counters.StoredDirectly(batch.Count);
        _counters.ToOutbox(batch.Count);
        return true;
    }

    /// <summary>
    /// Stores a batch that the server rejected permanently, or drops it if no outbox is configured. False if the outbox does
    /// not accept it.
    /// </summary>
    public async Task<bool> TryRejectAsync(InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken)
    {
        if (IsConfigured)
        {
            var outcome = await TryAsync(
                    _rejections, token => _outbox!.PutRejectedAsync(batch, rejection, token), cancellationToken)
                .ConfigureAwait(false);
            if (outcome != CallOutcome.Succeeded)
                return false;
        }

        _duplicates.Forget(batch);
        ReportRejection(batch, rejection, fromOutbox: false);
        return true;
    }

    /// <summary>Claims the batches in the outbox one by one.</summary>
    public async IAsyncEnumerable<IInsightClaim> ClaimAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var claims = _outbox!.ClaimAsync(_environment, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var next = Task.FromResult(true);
        try
        {
            while (await NextAsync().ConfigureAwait(false))
                yield return claims.Current;
        }
        finally
        {
            if (next.IsCompleted)
                await DisposeAsync(claims).ConfigureAwait(false);
            else
                _ = AbandonAsync(claims, next);
        }

        Task<bool> NextAsync()
        {
            next = TimeLimit.StartAsync(() => claims.MoveNextAsync().AsTask());
            return next.WaitAsync(ClaimTimeout, _timeProvider, cancellationToken);
        }
    }

    /// <summary>Ends a claim. If this fails, the outbox ends the claim later.</summary>
    public Task ReleaseAsync(IInsightClaim claim) => DisposeAsync(claim);

    /// <summary>Removes a delivered batch.</summary>
    /// <param name="claim">The claim on the batch.</param>
    /// <param name="isCounted">Whether an earlier failed removal is counted, and the batch was not sent since.</param>
    public async Task CompleteAsync(IInsightClaim claim, bool isCounted)
    {
        try
        {
            await CallAsync(claim.CompleteAsync).ConfigureAwait(false);
            _duplicates.Removed(claim.Batch.Id);
        }
        catch
        {
            // This instance does not send the batch again, but others may.
            _duplicates.NotRemoved(claim.Batch, isCounted);
            throw;
        }
    }

    /// <summary>Moves a batch to the rejected batches.</summary>
    public async Task RejectAsync(IInsightClaim claim, InsightRejection rejection)
    {
        await CallAsync(token => _outbox!.PutRejectedAsync(claim.Batch, rejection, token)).ConfigureAwait(false);
        await CallAsync(claim.CompleteAsync).ConfigureAwait(false);
        ReportRejection(claim.Batch, rejection, fromOutbox: true);
    }

    /// <summary>Replaces a batch with its two halves.</summary>
    public async Task SplitAsync(IInsightClaim claim)
    {
        var (first, second) = claim.Batch.Split();
        await PutPartAsync(first).ConfigureAwait(false);
        try
        {
            await PutPartAsync(second).ConfigureAwait(false);
        }
        catch
        {
            // A drain may send the first part before the complete batch is split again.
            _duplicates.PartsStored(first);
            throw;
        }

        await CompleteAsync(claim, isCounted: false).ConfigureAwait(false);
    }

    /// <summary>Counts the batches, at most once a second. A failure neither starts nor ends a pause.</summary>
    public async Task<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        if (_outbox is null)
            return new OutboxStatus { Problem = NotConfigured };

        try
        {
            var batches = await CountAsync(_outbox).WaitAsync(cancellationToken).ConfigureAwait(false);
            return new OutboxStatus { Batches = batches, Problem = Problem };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new OutboxStatus { Problem = Describe(exception) };
        }
    }

    /// <summary>
    /// A drain has ended, and the outbox was available. Ends the pause, unless the outbox is a folder that still cannot be
    /// written: a drain succeeds although the folder does not exist or cannot be written.
    /// </summary>
    /// <param name="problem">The reason why the drain skipped batches; null if it skipped none.</param>
    /// <param name="isComplete">Whether the drain has tried all batches.</param>
    public async Task ReportDrainedAsync(string? problem, bool isComplete)
    {
        if (_puts.Problem is null || await CanPutAsync().ConfigureAwait(false))
            ReportSuccess(_puts, _rejections, _claims);
        if (!isComplete && problem is null)
            return;
        if (Interlocked.Exchange(ref _drainProblem, problem) != problem && problem is not null)
            LogSkipped(problem);
    }

    /// <summary>A drain has failed, because the outbox was not available.</summary>
    public void ReportDrainFailure(Exception exception) => ReportFailure(_claims, exception);

    /// <summary>Describes a failed call in one line.</summary>
    public string Describe(Exception exception) => StoreFault.Describe(exception, _folderSetting);

    // An abandoned step may still claim a batch, so its claim must be disposed.
    private async Task AbandonAsync(IAsyncEnumerator<IInsightClaim> claims, Task<bool> next)
    {
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (next is { IsCompletedSuccessfully: true, Result: true })
            await DisposeAsync(claims.Current).ConfigureAwait(false);
        await DisposeAsync(claims).ConfigureAwait(false);
    }

    private static bool IsOutcomeUnknown(Exception? exception) => exception is not null
        && (exception is OperationCanceledException or TimeoutException || IsOutcomeUnknown(exception.InnerException));

    private bool HasCallProblem => (_puts.Problem ?? _rejections.Problem ?? _claims.Problem) is not null;

    private bool IsPausedAfter(CallState calls) => !_lifetime.IsStopping && calls.HasJustFailed;

    private async Task<CallOutcome> TryAsync(
        CallState calls, Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        if (_outbox is null || IsPausedAfter(calls) || cancellationToken.IsCancellationRequested)
            return CallOutcome.Failed;

        try
        {
            await TimeLimit.RunAsync(call, CallTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
            ReportSuccess(calls);
            return CallOutcome.Succeeded;
        }
        catch (Exception exception)
        {
            if (!cancellationToken.IsCancellationRequested)
                ReportFailure(calls, exception);
            return IsOutcomeUnknown(exception) ? CallOutcome.Unknown : CallOutcome.Failed;
        }
    }

    private Task<int> CountAsync(IInsightOutbox outbox)
    {
        lock (_lock)
        {
            var isUsable = _counting is not null
                && (!_counting.IsCompleted || _timeProvider.GetElapsedTime(_countedAt) < CountCacheTime);
            if (!isUsable)
            {
                _countedAt = _timeProvider.GetTimestamp();
                _counting = TimeLimit.RunAsync(
                    token => outbox.CountAsync(_environment, token), CallTimeout, _timeProvider, CancellationToken.None);
            }

            return _counting!;
        }
    }

    // The outcome of a delivery must be recorded, so these calls end only with a timeout or with the shutdown.
    private Task CallAsync(Func<CancellationToken, Task> call) =>
        TimeLimit.RunAsync(call, CallTimeout, _timeProvider, _lifetime.StoreDeadline);

    private async Task PutPartAsync(InsightBatch part)
    {
        try
        {
            await CallAsync(token => _outbox!.PutAsync(part, token)).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOutcomeUnknown(exception))
        {
            _duplicates.PartsStored(part);
            throw;
        }
    }

    // The call begins in any case, so that a store can free its resources. The wait for it is limited.
    private async Task DisposeAsync(IAsyncDisposable disposable)
    {
        var disposing = TimeLimit.StartAsync(async () =>
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
            return true;
        });
        using var timeoutCts = new CancellationTokenSource(CallTimeout, _timeProvider);
        using var linkedCts = CancellationTokenSource.CreateLinkedTokenSource(timeoutCts.Token, _lifetime.StoreDeadline);
        await ((Task)disposing).WaitAndObserveAsync(linkedCts.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // When a kind of call succeeds again, the failures of the other kinds are outdated.
    private void ReportSuccess(params ReadOnlySpan<CallState> calls)
    {
        var hasRecovered = false;
        foreach (var state in calls)
            hasRecovered |= state.Succeeded();
        if (!hasRecovered)
            return;

        _ = _puts.Succeeded() | _rejections.Succeeded() | _claims.Succeeded();
        LogAvailable();
    }

    private void ReportFailure(CallState calls, Exception exception)
    {
        var (problem, isFirst) = (Describe(exception), !HasCallProblem);
        calls.Failed(problem);
        if (isFirst)
            LogNotAvailable(problem);
    }

    // At the start, because a folder that cannot be written would otherwise be noticed only when the server fails.
    private void CheckAccess(FileOutbox files)
    {
        try
        {
            files.CheckAccess(_environment);
        }
        catch (Exception exception)
        {
            ReportFailure(_puts, exception);
        }
    }

    // Other outboxes have no such check. Their next put shows whether they accept batches.
    private async Task<bool> CanPutAsync()
    {
        if (_outbox is not FileOutbox files)
            return true;

        try
        {
            await CallAsync(_ => Task.Run(() => files.CheckAccess(_environment), CancellationToken.None)).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            ReportFailure(_puts, exception);
            return false;
        }
    }

    private void ReportRejection(InsightBatch batch, InsightRejection rejection, bool fromOutbox)
    {
        _counters.Rejected(batch.Count, fromOutbox);
        var destination = IsConfigured ? "kept with the rejected batches" : "dropped, as no outbox is configured";
        LogRejected(batch.Count, rejection.Status, destination);
    }

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning,
        Message = "The outbox for insights is not available: {Problem}. Undelivered insights wait in memory")]
    private partial void LogNotAvailable(string problem);

    [LoggerMessage(EventId = 62, Level = LogLevel.Information, Message = "The outbox for insights is available again")]
    private partial void LogAvailable();

    [LoggerMessage(EventId = 63, Level = LogLevel.Error,
        Message = "Insights that the server rejected permanently ({Status}): {Events}. They are {Destination}")]
    private partial void LogRejected(int events, int status, string destination);

    [LoggerMessage(EventId = 66, Level = LogLevel.Warning,
        Message = "Some insights in the outbox are not delivered: {Problem}. The next drain tries again")]
    private partial void LogSkipped(string problem);

    private enum CallOutcome
    {
        Succeeded,
        Failed,
        Unknown,
    }

    /// <summary>The last failure of one kind of call. One kind may fail while the others succeed.</summary>
    private sealed class CallState(TimeProvider timeProvider)
    {
        private volatile Failure? _failure;

        public string? Problem => _failure?.Problem;

        public bool HasJustFailed =>
            _failure is { } failure && timeProvider.GetElapsedTime(failure.Timestamp) < PauseAfterFailure;

        /// <summary>Records a success. True if the call before failed.</summary>
        public bool Succeeded() => _failure is not null && Interlocked.Exchange(ref _failure, null) is not null;

        /// <summary>Records a failure.</summary>
        public void Failed(string problem) => _failure = new Failure(timeProvider.GetTimestamp(), problem);

        private sealed record Failure(long Timestamp, string Problem);
    }
}
