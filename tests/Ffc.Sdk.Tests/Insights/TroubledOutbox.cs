using System.Runtime.CompilerServices;
using Ffc.Sdk.Insights;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Insights;

internal enum OutboxTrouble
{
    None,
    Throws,
    Hangs,

    /// <summary>Keeps what it is given, but does not say so.</summary>
    TakesAndHangs,
}

/// <summary>A file outbox behind a connection that can break.</summary>
internal sealed class TroubledOutbox(string folder, TimeProvider clock) : IInsightOutbox
{
    private readonly FileOutbox _files = new(folder, clock, NullLogger<FileOutbox>.Instance);

    public OutboxTrouble Trouble { get; set; }

    /// <summary>How long it takes to remove a batch.</summary>
    public TimeSpan Removal { get; set; }

    public async Task PutAsync(InsightBatch batch, CancellationToken cancellationToken = default)
    {
        await GetThroughAsync();
        await _files.PutAsync(batch, cancellationToken);
        if (Trouble == OutboxTrouble.TakesAndHangs)
            await new TaskCompletionSource().Task;
    }

    public async Task PutRejectedAsync(InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken = default)
    {
        await GetThroughAsync();
        await _files.PutRejectedAsync(batch, rejection, cancellationToken);
    }

    public async IAsyncEnumerable<IInsightClaim> ClaimAsync(
        string environment, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await GetThroughAsync();
        await foreach (var claim in _files.ClaimAsync(environment, cancellationToken))
            yield return new Claim(this, claim);
    }

    public async Task<int> CountAsync(string environment, CancellationToken cancellationToken = default)
    {
        await GetThroughAsync();
        return await _files.CountAsync(environment, cancellationToken);
    }

    private TimeProvider Clock => clock;

    // Like a store that does not look at tokens.
    private Task GetThroughAsync() => Trouble switch
    {
        OutboxTrouble.Throws => throw new IOException("the store is on fire"),
        OutboxTrouble.Hangs => new TaskCompletionSource().Task,
        _ => Task.CompletedTask,
    };

    private sealed class Claim(TroubledOutbox outbox, IInsightClaim inner) : IInsightClaim
    {
        public InsightBatch Batch => inner.Batch;

        public async Task CompleteAsync(CancellationToken cancellationToken = default)
        {
            await outbox.GetThroughAsync();
            if (outbox.Removal > TimeSpan.Zero)
                await Task.Delay(outbox.Removal, outbox.Clock, CancellationToken.None);
            await inner.CompleteAsync(cancellationToken);
        }

        public Task RejectAsync(InsightRejection rejection, CancellationToken cancellationToken = default) =>
            inner.RejectAsync(rejection, cancellationToken);

        public Task SplitAsync(InsightBatch first, InsightBatch second, CancellationToken cancellationToken = default) =>
            inner.SplitAsync(first, second, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
