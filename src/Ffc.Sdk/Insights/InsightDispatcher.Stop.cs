using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

internal sealed partial class InsightDispatcher
{
    private const int LastWritesAtOnce = 16;

    // A Functions host kills the worker five seconds after telling it to stop. A server that takes nothing for one second is not
    // waited for any longer: the outbox may need the time.
    private static readonly TimeSpan FirstSendTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SendTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(3.7);

    /// <summary>Empties the queue for good: to the server as long as there is time, then to the outbox.</summary>
    private async Task EmptyAsync()
    {
        var before = _counters.LostTotal;
        _sending.CancelAfter(SendTime);
        _keeping.CancelAfter(StopTime);
        _flushes.Begin(_queue.Count, _underWay);

        await SendAllAsync().ConfigureAwait(false);
        await KeepAllAsync().ConfigureAwait(false);
        await _drain.EndAsync(_keeping.Token).ConfigureAwait(false);

        _flushes.CompleteThoseDone();
        _flushes.Close();
        _outbox.TellOfLosses();
        LogEmptied(_counters.LostTotal - before);
    }

    private async Task SendAllAsync()
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_sending.Token);
        var impatience = EndSendingIfNothingIsTakenAsync(over.Token);
        try
        {
            SendHeld();
            while (_queue.Count > 0)
            {
                await _requests.TakeAsync(_sending.Token).ConfigureAwait(false);
                Start(_requests, SendAsync);
            }

            // What does not get through until the time for sending is over is kept then.
            await Task.WhenAll(_underWay).WaitAsync(_sending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_sending.IsCancellationRequested)
        {
            // Not all could be sent.
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await impatience.ConfigureAwait(false);
        }
    }

    private async Task EndSendingIfNothingIsTakenAsync(CancellationToken over)
    {
        var before = _counters.DeliveredTotal;
        await Task.Delay(FirstSendTime, _clock, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!over.IsCancellationRequested && _counters.DeliveredTotal == before)
            await _sending.CancelAsync().ConfigureAwait(false);
    }

    private async Task KeepAllAsync()
    {
        // A pause after some failure before must not cost what can be kept now.
        _outbox.Resume();

        // None of the usual slots: what hangs may hold them all.
        var writes = new Slots(LastWritesAtOnce, _queue);
        while (_queue.Count > 0)
        {
            await writes.TakeAsync(CancellationToken.None).ConfigureAwait(false);
            Start(writes, KeepAsync);
        }

        await Task.WhenAll(_underWay).ConfigureAwait(false);
        while (_outbox.TakeHeld() is { } batch)
        {
            await writes.TakeAsync(CancellationToken.None).ConfigureAwait(false);
            _underWay.Add(Task.Run(() => KeepOrLoseAsync(batch, writes), CancellationToken.None));
        }

        await Task.WhenAll(_underWay).ConfigureAwait(false);
    }

    private async Task<FlushResult> KeepOrLoseAsync(InsightBatch batch, Slots writes)
    {
        try
        {
            if (await _outbox.TryPutAsync(batch, _keeping.Token).ConfigureAwait(false))
                return new FlushResult(ToOutbox: batch.Count);

            _outbox.Lose(batch.Count);
            return new FlushResult(Lost: batch.Count);
        }
        finally
        {
            writes.GiveBack();
        }
    }

    [LoggerMessage(EventId = 56, Level = LogLevel.Debug, Message = "Insights are closed; {Lost} were lost on the way")]
    private partial void LogEmptied(long lost);
}
