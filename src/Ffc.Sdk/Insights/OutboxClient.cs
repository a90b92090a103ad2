using System.Runtime.CompilerServices;
using Ffc.Sdk.Internal;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Calls the outbox, with a timeout for each call. After a failed call, it pauses, so that an outbox that hangs does not delay
/// other work. During the shutdown, it does not pause.
/// </summary>
internal sealed partial class OutboxClient
{
    private const string NotConfigured = "no outbox is configured";

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    // One step may skip many batches that other instances have claimed.
    private static readonly TimeSpan ClaimTimeout = TimeSpan.FromSeconds(30);

    private readonly IInsightOutbox? _outbox;
    private readonly string _environment;
    private readonly InsightCounters _counters;
    private readonly DuplicateTracker _duplicates;
    private readonly InsightLifetime _lifetime;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<OutboxClient> _logger;
    private volatile Failure? _failure;

    public OutboxClient(
        FfcOptions options, string environment, InsightCounters counters, DuplicateTracker duplicates, InsightLifetime lifetime)
    {
        (_environment, _counters, _duplicates, _lifetime) = (environment, counters, duplicates, lifetime);
        _timeProvider = options.TimeProvider;
        _logger = options.LoggerFactory.CreateLogger<OutboxClient>();
        _outbox = options.InsightOutbox ?? (options.Outbox.Path is { } folder
            ? new FileOutbox(folder, options.TimeProvider, options.LoggerFactory.CreateLogger<FileOutbox>())
            : null);
    }

    public bool IsConfigured => _outbox is not null;

    /// <summary>Whether the outbox may contain batches, as far as this instance knows.</summary>
    public bool MayHoldBatches { get; set; } = true;

    private bool IsPaused =>
        !_lifetime.IsStopping && _failure is { } failure && _timeProvider.GetElapsedTime(failure.Timestamp) < PauseAfterFailure;

    /// <summary>Stores a batch. False if the outbox does not accept it.</summary>
    public async Task<bool> TryPutAsync(InsightBatch batch, CancellationToken cancellationToken)
    {
        if (!await TryAsync(batch, token => _outbox!.PutAsync(batch, token), cancellationToken).ConfigureAwait(false))
            return false;

        _duplicates.PutSucceeded(batch.Id);
        MayHoldBatches = true;
        _counters.ToOutbox(batch.Count);
        return true;
    }

    /// <summary>
    /// Stores a batch that the server rejected permanently, or drops it if no outbox is configured. False if the outbox does
    /// not accept it.
    /// </summary>
    public async Task<bool> TryRejectAsync(InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken)
    {
        var isStored = await TryAsync(batch, token => _outbox!.PutRejectedAsync(batch, rejection, token), cancellationToken)
            .ConfigureAwait(false);
        if (isStored || !IsConfigured)
            ReportRejection(batch, rejection);
        return isStored || !IsConfigured;
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
                await claims.DisposeAsync().ConfigureAwait(false);
            else
                _ = AbandonAsync(claims, next);
        }

        Task<bool> NextAsync()
        {
            next = Task.Run(() => claims.MoveNextAsync().AsTask(), CancellationToken.None);
            return next.WaitAsync(ClaimTimeout, _timeProvider, cancellationToken);
        }
    }

    /// <summary>Removes a delivered batch.</summary>
    public async Task CompleteAsync(IInsightClaim claim)
    {
        try
        {
            await CallAsync(claim.CompleteAsync).ConfigureAwait(false);
            _duplicates.Removed(claim.Batch.Id);
        }
        catch
        {
            // This instance does not send the batch again, but others may.
            _duplicates.NotRemoved(claim.Batch);
            throw;
        }
    }

    /// <summary>Moves a batch to the rejected batches.</summary>
    public async Task RejectAsync(IInsightClaim claim, InsightRejection rejection)
    {
        await CallAsync(token => _outbox!.PutRejectedAsync(claim.Batch, rejection, token)).ConfigureAwait(false);
        await CallAsync(claim.CompleteAsync).ConfigureAwait(false);
        ReportRejection(claim.Batch, rejection);
    }

    /// <summary>Replaces a batch with its two halves.</summary>
    public async Task SplitAsync(IInsightClaim claim)
    {
        var (first, second) = claim.Batch.Split();
        await CallAsync(token => _outbox!.PutAsync(first, token)).ConfigureAwait(false);
        await CallAsync(token => _outbox!.PutAsync(second, token)).ConfigureAwait(false);
        await CompleteAsync(claim).ConfigureAwait(false);
    }

    /// <summary>Counts the batches. A failure neither starts nor ends a pause.</summary>
    public async Task<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        if (_outbox is null)
            return new OutboxStatus { Problem = NotConfigured };

        try
        {
            var batches = await TimeLimit
                .RunAsync(token => _outbox.CountAsync(_environment, token), CallTimeout, _timeProvider, cancellationToken)
                .ConfigureAwait(false);
            return new OutboxStatus { Batches = batches };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new OutboxStatus { Problem = Describe(exception) };
        }
    }

    /// <summary>Ends the pause.</summary>
    public void ReportSuccess()
    {
        if (_failure is not null && Interlocked.Exchange(ref _failure, null) is not null)
            LogAvailable();
    }

    /// <summary>Starts a pause.</summary>
    public void ReportFailure(Exception exception)
    {
        if (Interlocked.Exchange(ref _failure, new Failure(_timeProvider.GetTimestamp())) is null)
            LogNotAvailable(Describe(exception));
    }

    // An abandoned step may still claim a batch, so its claim must be disposed.
    private static async Task AbandonAsync(IAsyncEnumerator<IInsightClaim> claims, Task<bool> next)
    {
        await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (next is { IsCompletedSuccessfully: true, Result: true })
            await claims.Current.DisposeAsync().ConfigureAwait(false);
        await claims.DisposeAsync().ConfigureAwait(false);
    }

    private static string Describe(Exception exception) => exception is OperationCanceledException
        ? "no response in time"
        : UriCredentials.Remove(exception.Message.Split('\n', 2)[0].TrimEnd());

    private static bool IsOutcomeUnknown(Exception? exception) => exception is not null
        && (exception is OperationCanceledException or TimeoutException || IsOutcomeUnknown(exception.InnerException));

    private async Task<bool> TryAsync(InsightBatch batch, Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        if (_outbox is null || IsPaused || cancellationToken.IsCancellationRequested)
            return false;

        try
        {
            await TimeLimit.RunAsync(call, CallTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
            ReportSuccess();
            return true;
        }
        catch (Exception exception)
        {
            if (IsOutcomeUnknown(exception))
                _duplicates.PutUncertain(batch.Id);
            if (!cancellationToken.IsCancellationRequested)
                ReportFailure(exception);
            return false;
        }
    }

    // The outcome of a delivery must be recorded, so these calls have a timeout but cannot be cancelled.
    private Task CallAsync(Func<CancellationToken, Task> call) =>
        TimeLimit.RunAsync(call, CallTimeout, _timeProvider, CancellationToken.None);

    private void ReportRejection(InsightBatch batch, InsightRejection rejection)
    {
        _counters.Rejected(batch.Count);
        var destination = IsConfigured ? "kept with the rejected batches" : "dropped, as no outbox is configured";
        LogRejected(batch.Count, rejection.Status, destination);
    }

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning,
        Message = "The outbox for insights is not available: {Problem}. Undelivered insights wait in memory")]
    private partial void LogNotAvailable(string problem);

    [LoggerMessage(EventId = 62, Level = LogLevel.Information, Message = "The outbox for insights is available again")]
    private partial void LogAvailable();

    [LoggerMessage(EventId = 63, Level = LogLevel.Error,
        Message = "The server rejected {Events} insights permanently ({Status}); they are {Destination}")]
    private partial void LogRejected(int events, int status, string destination);

    private sealed record Failure(long Timestamp);
}
