using System.Runtime.CompilerServices;

namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>An outbox in memory that all instances share. A claim holds a lease, as with blobs.</summary>
internal sealed class SimulatedOutbox(SimulatedTime time, Random random, Action<string> fail)
{
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(60);

    // The client can settle a batch within its lease if the claim does not take longer.
    private static readonly TimeSpan MaxClaimTime = TimeSpan.FromSeconds(10);

    // The client waits no longer for a call.
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(5);

    private readonly SimulatedTime _time = time;
    private readonly Action<string> _fail = fail;
    private readonly List<StoredBatch> _batches = [];
    private readonly HashSet<int> _rejected = [];
    private readonly Dictionary<OutboxCall, FaultPlan<CallFault>> _plans =
        Enum.GetValues<OutboxCall>().ToDictionary(call => call, _ => new FaultPlan<CallFault>(time));

    /// <summary>Whether an event has been delivered.</summary>
    public required Func<int, bool> IsDelivered { get; init; }

    public FaultPlan<CallFault> Plan(OutboxCall call) => _plans[call];

    public IEnumerable<StoredBatch> Batches => _batches;

    public bool IsRejected(int key) => _rejected.Contains(key);

    /// <summary>Creates the outbox client of an instance.</summary>
    public IInsightOutbox Connect(SimulatedProcess process) => new Connection(this, process);

    /// <summary>All leases run out.</summary>
    public void ExpireLeases()
    {
        foreach (var batch in _batches.Where(batch => batch.IsLeasedAt(_time.Now)))
        {
            batch.LeasedUntil = _time.Now;
            batch.Lease++;
        }
    }

    private void Put(InsightBatch batch)
    {
        var keys = EventKeys.Read(batch.Events);
        if (_batches.Find(other => other.Batch.Id == batch.Id) is null)
            _batches.Add(new StoredBatch(batch, keys));
    }

    private void Remove(StoredBatch batch, SimulatedProcess process, long lease)
    {
        if (!_batches.Contains(batch))
            throw new IOException("the batch is no longer there");
        if (batch.IsDamaged)
            throw new IOException("the batch cannot be removed");
        if (batch.Lease != lease || !batch.IsLeasedAt(_time.Now))
            throw new IOException("the lease has expired");

        _batches.Remove(batch);
        var missing = batch.Keys.Where(key => !IsDelivered(key) && !_rejected.Contains(key)
            && !_batches.Exists(other => other.Keys.Contains(key))).ToList();
        if (missing.Count > 0)
            _fail($"{process} removed {batch}, although {missing.Count} events are neither delivered nor rejected");
    }

    /// <summary>Runs a call of an instance. Its effect may be missing, late or not reported.</summary>
    private async Task<T> CallAsync<T>(
        SimulatedProcess process, OutboxCall call, Func<T> effect, int[] keys, CancellationToken cancellationToken)
    {
        var (fault, latency) = Plan(call).Next(MaxDuration);

        // If a half of a split batch is not stored, the other half is doubtful too.
        var doubts = call == OutboxCall.Put ? 2 * keys.Length : keys.Length;
        process.Doubts += doubts;
        if (call == OutboxCall.Put)
            process.UnknownOutcomes.UnionWith(keys);
        switch (fault)
        {
            case CallFault.Hangs:
                await new TaskCompletionSource().Task;
                break;
            case CallFault.Throws:
                await _time.DelayAsync(latency).WaitAsync(cancellationToken);
                throw new IOException("the store failed");
            case CallFault.LandsAndHangs:
                _ = LandAsync(latency, effect);
                await new TaskCompletionSource().Task;
                break;
            case CallFault.LandsAndThrows:
                await LandAsync(latency, effect);
                throw new IOException("the connection broke", new TimeoutException());
            case CallFault.Late:
                latency += TimeSpan.FromMilliseconds(random.Next(20_000));
                break;
        }

        // Like an HTTP request: it may have its effect even if it is cancelled.
        var result = await LandAsync(latency, effect).WaitAsync(cancellationToken);
        process.Doubts -= doubts;
        if (call == OutboxCall.Put)
            process.UnknownOutcomes.ExceptWith(keys);
        return result;
    }

    private async Task<T> LandAsync<T>(TimeSpan latency, Func<T> effect)
    {
        await _time.DelayAsync(latency / 2);
        var result = effect();
        await _time.DelayAsync(latency / 2);
        return result;
    }

    /// <summary>A batch in the outbox.</summary>
    internal sealed class StoredBatch(InsightBatch batch, int[] keys)
    {
        public InsightBatch Batch => batch;

        public int[] Keys => keys;

        /// <summary>The number of the last lease.</summary>
        public long Lease { get; set; }

        public SimulatedProcess? Holder { get; set; }

        public TimeSpan LeasedUntil { get; set; } = TimeSpan.MinValue;

        /// <summary>Whether the batch can be neither removed nor rejected.</summary>
        public bool IsDamaged { get; set; }

        public bool IsLeasedAt(TimeSpan now) => Holder is not null && LeasedUntil > now;

        public override string ToString() => $"batch {batch.Id[^Math.Min(12, batch.Id.Length)..]} ({string.Join(' ', keys)})";
    }

    private sealed class Connection(SimulatedOutbox outbox, SimulatedProcess process) : IInsightOutbox
    {
        public SimulatedProcess Process => process;

        public Task PutAsync(InsightBatch batch, CancellationToken cancellationToken = default) =>
            CallAsync(OutboxCall.Put, () => outbox.Put(batch), EventKeys.Read(batch.Events), cancellationToken);

        public Task PutRejectedAsync(
            InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken = default) =>
            CallAsync(OutboxCall.Reject, () => Reject(batch), EventKeys.Read(batch.Events), cancellationToken);

        public async IAsyncEnumerable<IInsightClaim> ClaimAsync(
            string environment, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            // The listing costs a call as well.
            var listed = await process.RunAsync(() => outbox.CallAsync(
                process, OutboxCall.Claim, () => outbox._batches.ToList(), [], cancellationToken));
            foreach (var batch in listed.Where(batch => !batch.IsLeasedAt(outbox._time.Now)))
            {
                var claim = await process.RunAsync(() => outbox.CallAsync(
                    process, OutboxCall.Claim, () => TryClaim(batch), [], cancellationToken));
                if (claim is null)
                    continue;

                claim.CheckLease();
                yield return claim;
            }
        }

        public Task<int> CountAsync(string environment, CancellationToken cancellationToken = default) =>
            process.RunAsync(() => outbox.CallAsync(
                process, OutboxCall.Count, () => outbox._batches.Count, [], cancellationToken));

        public Task<bool> CallAsync(OutboxCall call, Action effect, int[] keys, CancellationToken cancellationToken) =>
            process.RunAsync(() => outbox.CallAsync(process, call, () => Run(effect), keys, cancellationToken));

        public void Remove(StoredBatch batch, long lease) => outbox.Remove(batch, process, lease);

        public static void Release(StoredBatch batch, long lease)
        {
            if (batch.Lease == lease)
                batch.Holder = null;
        }

        private static bool Run(Action effect)
        {
            effect();
            return true;
        }

        private void Reject(InsightBatch batch)
        {
            if (outbox._batches.Find(other => other.Batch.Id == batch.Id) is { IsDamaged: true })
                throw new IOException("the batch cannot be rejected");
            outbox._rejected.UnionWith(EventKeys.Read(batch.Events));
        }

        private Claim? TryClaim(StoredBatch batch)
        {
            if (batch.IsLeasedAt(outbox._time.Now) || !outbox._batches.Contains(batch))
                return null;

            // The last holder has not released the batch.
            var mayBeDelivered = batch.Holder is not null;
            if (mayBeDelivered)
                process.Doubts += batch.Keys.Length;
            batch.Holder = process;
            batch.LeasedUntil = outbox._time.Now + LeaseDuration;
            return new Claim(outbox, this, batch, ++batch.Lease, mayBeDelivered);
        }
    }

    private sealed class Claim(
        SimulatedOutbox outbox, Connection connection, StoredBatch batch, long lease, bool mayBeDelivered) : IInsightClaim
    {
        private bool _isReleased;

        public InsightBatch Batch => batch.Batch;

        public bool MayBeDelivered => mayBeDelivered;

        /// <summary>Fails if the client still uses the claim when its lease runs out.</summary>
        public void CheckLease()
        {
            var remaining = batch.LeasedUntil - outbox._time.Now;
            if (remaining < LeaseDuration - MaxClaimTime)
                return;

            outbox._time.Schedule(remaining, () =>
            {
                if (!_isReleased && !connection.Process.HasEnded && batch.Lease == lease)
                    outbox._fail($"the lease of {connection.Process} on {batch} ran out");
            });
        }

        public Task CompleteAsync(CancellationToken cancellationToken = default) => connection.CallAsync(
            OutboxCall.Complete, () => connection.Remove(batch, lease), batch.Keys, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            _isReleased = true;
            await connection.CallAsync(
                OutboxCall.Release, () => Connection.Release(batch, lease), [], CancellationToken.None);
        }
    }
}
