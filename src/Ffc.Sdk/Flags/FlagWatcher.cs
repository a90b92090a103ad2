using System.Threading.Channels;

namespace Ffc.Sdk.Flags;

/// <summary>Waits for changes of one flag. Changes during the work of the caller count as one.</summary>
internal sealed class FlagWatcher(FlagWatchers owner, string key) : IDisposable
{
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private volatile bool _isClosed;

    public string Key => key;

    /// <summary>Waits until the flag may have changed since the last call. False if the watcher is closed.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<bool> WaitForChangeAsync(CancellationToken cancellationToken) =>
        await _changes.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)
        && _changes.Reader.TryRead(out _)
        && !_isClosed;

    public void Wake() => _changes.Writer.TryWrite(true);

    public void Close()
    {
        _isClosed = true;
        _changes.Writer.TryComplete();
    }

    public void Dispose()
    {
        owner.Remove(this);
        Close();
    }
}
