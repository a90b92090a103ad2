using System.Runtime.CompilerServices;
using Ffc.Sdk.Insights;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Insights;

internal enum OutboxFault
{
    None,
    Throws,
    Hangs,

    /// <summary>A put stores the batch, but never returns.</summary>
    StoresAndHangs,
}

/// <summary>A file outbox whose calls fail as the test requests.</summary>
internal sealed class FaultyOutbox(string folder, TimeProvider timeProvider) : IInsightOutbox
{
    private readonly FileOutbox _files = new(folder, timeProvider, NullLogger<FileOutbox>.Instance);
    private int _puts;
    private int _claims;
    private int _counts;

    public OutboxFault Fault { get; set; }

    /// <summary>The duration of removing a batch.</summary>
    public TimeSpan RemovalTime { get; set; }

    /// <summary>The duration of a put.</summary>
    public TimeSpan PutTime { get; set; }

    /// <summary>Decides by its number, from 1, whether a put fails.</summary>
    public Func<int, bool> FailsPut { get; set; } = _ => false;

    /// <summary>Decides by the batch whether its removal fails.</summary>
    public Func<InsightBatch, bool> FailsRemoval { get; set; } = _ => false;

    /// <summary>Whether storing a rejected batch fails.</summary>
    public bool FailsReject { get; set; }

    /// <summary>Puts block the thread of the caller until this is set, and then fail.</summary>
    public ManualResetEventSlim? Blocked { get; set; }

    /// <summary>The number of batches that are claimed now.</summary>
    public int Claims => Volatile.Read(ref _claims);

    /// <summary>The number of calls that counted batches.</summary>
    public int Counts => Volatile.Read(ref _counts);

    /// <summary>Whether counting fails.</summary>
    public bool FailsCount { get; set; }

    public async Task PutAsync(InsightBatch batch, CancellationToken cancellationToken = default)
    {
        Blocked?.Wait(CancellationToken.None);
        await FailAsync(Blocked is not null || FailsPut(Interlocked.Increment(ref _puts)));
        if (PutTime > TimeSpan.Zero)
            await Task.Delay(PutTime, timeProvider, cancellationToken);
        await _files.PutAsync(batch, cancellationToken);
        if (Fault == OutboxFault.StoresAndHangs)
            await new TaskCompletionSource().Task;
    }

    public async Task PutRejectedAsync(
        InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken = default)
    {
        await FailAsync(FailsReject);
        await _files.PutRejectedAsync(batch, rejection, cancellationToken);
    }

    public async IAsyncEnumerable<IInsightClaim> ClaimAsync(
        string environment, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await FailAsync();
        await foreach (var claim in _files.ClaimAsync(environment, cancellationToken))
        {
            Interlocked.Increment(ref _claims);
            yield return new Claim(this, claim);
        }
    }

    public async Task<int> CountAsync(string environment, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _counts);
        await FailAsync(FailsCount);
        return await _files.CountAsync(environment, cancellationToken);
    }

    // A call that hangs ignores its token, as a careless implementation may.
    private Task FailAsync(bool fails = false) => (Fault, fails) switch
    {
        (OutboxFault.Throws, _) or (_, true) => throw new IOException("the store failed"),
        (OutboxFault.Hangs, _) => new TaskCompletionSource().Task,
        _ => Task.CompletedTask,
    };

    private async Task CompleteAsync(IInsightClaim claim, CancellationToken cancellationToken)
    {
        await FailAsync(FailsRemoval(claim.Batch));
        if (RemovalTime > TimeSpan.Zero)
            await Task.Delay(RemovalTime, timeProvider, CancellationToken.None);
        await claim.CompleteAsync(cancellationToken);
    }

    private sealed class Claim(FaultyOutbox outbox, IInsightClaim inner) : IInsightClaim
    {
        public InsightBatch Batch => inner.Batch;

        public bool MayBeDelivered => inner.MayBeDelivered;

        public Task CompleteAsync(CancellationToken cancellationToken = default) =>
            outbox.CompleteAsync(inner, cancellationToken);

        public ValueTask DisposeAsync()
        {
            Interlocked.Decrement(ref outbox._claims);
            return inner.DisposeAsync();
        }
    }
}
