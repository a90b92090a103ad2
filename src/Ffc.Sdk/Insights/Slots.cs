using System.Threading.Channels;

namespace Ffc.Sdk.Insights;

/// <summary>Permits for what may be under way at once. Giving one back wakes the reader of the queue: it may have waited for that.</summary>
internal sealed class Slots
{
    private readonly Channel<bool> _free;
    private readonly InsightQueue _queue;

    public Slots(int count, InsightQueue queue)
    {
        _queue = queue;
        _free = Channel.CreateBounded<bool>(count);
        while (_free.Writer.TryWrite(true))
        {
        }
    }

    public bool AnyFree => _free.Reader.Count > 0;

    public bool TryTake() => _free.Reader.TryRead(out _);

    public async Task TakeAsync(CancellationToken cancellationToken) => await _free.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    public void GiveBack()
    {
        _free.Writer.TryWrite(true);
        _queue.Wake();
    }
}
