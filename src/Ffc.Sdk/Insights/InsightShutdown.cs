using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Processes all events in memory when the client closes. Sends batches while the server accepts them and time remains, then
/// stores the other batches. Runs at the end of the dispatcher's loop.
/// </summary>
internal sealed partial class InsightShutdown(
    FfcOptions options,
    DeliveryTasks tasks,
    InsightSender sender,
    OutboxClient outbox,
    OutboxDrain drain,
    InsightCounters counters,
    InsightLosses losses,
    InsightLifetime lifetime)
{
    private const int MaxWrites = 16;

    // If the server accepts nothing for a second, sending ends, because the outbox may need the time.
    private static readonly TimeSpan StallTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StoreRetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly ILogger<InsightShutdown> _logger = options.LoggerFactory.CreateLogger<InsightShutdown>();

    public async Task RunAsync()
    {
        var lostBefore = counters.LostTotal;
        tasks.BeginFlushes();

        // This is the last chance, and the server may work again. After the next failure, the other batches are stored.
        sender.EndPause();
        await SendAllAsync().ConfigureAwait(false);
        await StoreAllAsync().ConfigureAwait(false);
        await drain.WaitAsync().ConfigureAwait(false);

        tasks.Flushes.Close();
        losses.LogPendingLosses();
        LogClosed(counters.LostTotal - lostBefore);
    }

    private async Task SendAllAsync()
    {
        using var stallCts = CancellationTokenSource.CreateLinkedTokenSource(lifetime.SendDeadline);
        var stallWatch = CancelSendingIfStalledAsync(stallCts.Token);
        try
        {
            await tasks.SendAllAsync(lifetime.SendDeadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (lifetime.SendDeadline.IsCancellationRequested)
        {
            // The rest is stored.
        }
        finally
        {
            await stallCts.CancelAsync().ConfigureAwait(false);
            await stallWatch.ConfigureAwait(false);
        }
    }

    private async Task CancelSendingIfStalledAsync(CancellationToken cancellationToken)
    {
        var deliveredBefore = counters.DeliveredTotal;
        await Task.Delay(StallTime, options.TimeProvider, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested && counters.DeliveredTotal == deliveredBefore)
            await lifetime.EndSendingAsync().ConfigureAwait(false);
    }

    /// <summary>Stores the remaining batches. Retries until the outbox has accepted all batches or the time is over.</summary>
    private async Task StoreAllAsync()
    {
        await tasks.StoreAllAsync(MaxWrites).ConfigureAwait(false);
        while (outbox.IsConfigured && tasks.HasEvents && !lifetime.StoreDeadline.IsCancellationRequested)
        {
            await Task.Delay(StoreRetryDelay, options.TimeProvider, lifetime.StoreDeadline)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await tasks.StoreAllAsync(MaxWrites).ConfigureAwait(false);
        }

        tasks.LoseAll();
    }

    [LoggerMessage(EventId = 56, Level = LogLevel.Debug,
        Message = "The delivery of insights is closed. Insights lost during the shutdown: {Lost}")]
    private partial void LogClosed(long lost);
}
