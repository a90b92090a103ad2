using System.Net.WebSockets;
using System.Threading.Channels;

namespace Ffc.DevServer.Streaming;

/// <summary>One client's socket: a bounded queue of frames to send, so that no client waits for another.</summary>
internal sealed class StreamingConnection(WebSocket socket)
{
    /// <summary>The longest message a client may send, in bytes.</summary>
    public const int MaxMessage = 64 * 1024;

    private const int MaxQueued = 64;

    // Real time whatever the clock in the options says, as the network's is.
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly Channel<ReadOnlyMemory<byte>> _queue =
        Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });

    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Farewell? _farewell;

    /// <summary>Serves the socket until it is closed or broken.</summary>
    /// <param name="received">Handles a message; its memory is good until the returned task ends.</param>
    public async Task RunAsync(Func<ReadOnlyMemory<byte>, Task> received)
    {
        var sending = SendAsync();
        try
        {
            await ReceiveAsync(received);
        }
        catch (Exception e) when (IsBroken(e))
        {
        }
        finally
        {
            _received.SetResult();
            Close(WebSocketCloseStatus.NormalClosure, "");
            await sending;
        }
    }

    /// <summary>Queues a text frame.</summary>
    /// <returns>False when the client is so far behind that it was dropped.</returns>
    public bool Send(ReadOnlyMemory<byte> utf8)
    {
        if (_queue.Writer.TryWrite(utf8) || Volatile.Read(ref _farewell) is not null)
            return true;

        Abort();
        return false;
    }

    /// <summary>Closes after what is queued; the first close counts.</summary>
    public void Close(WebSocketCloseStatus status, string reason)
    {
        Interlocked.CompareExchange(ref _farewell, new Farewell(status, reason), null);
        _queue.Writer.TryComplete();
    }

    /// <summary>Cuts the connection without a word.</summary>
    public void Abort()
    {
        // In this order: the other way round, the sender might still get a close out.
        socket.Abort();
        Close(WebSocketCloseStatus.Empty, "");
    }

    private static bool IsBroken(Exception e) =>
        e is WebSocketException or OperationCanceledException or TimeoutException or IOException or ObjectDisposedException;

    private async Task ReceiveAsync(Func<ReadOnlyMemory<byte>, Task> received)
    {
        var buffer = new byte[MaxMessage];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close)
                return;

            length += part.Count;
            if (Volatile.Read(ref _farewell) is not null)
            {
                // Nothing that comes after our close counts; only the client's own close is waited for.
                length = 0;
            }
            else if (part.EndOfMessage)
            {
                await received(buffer.AsMemory(0, length));
                length = 0;
            }
            else if (length == MaxMessage)
            {
                Close(WebSocketCloseStatus.MessageTooBig, "a message has at most 64 KiB");
                length = 0;
            }
        }
    }

    private async Task SendAsync()
    {
        try
        {
            await foreach (var utf8 in _queue.Reader.ReadAllAsync())
            {
                using var limit = new CancellationTokenSource(SendTimeout);
                await socket.SendAsync(utf8, WebSocketMessageType.Text, endOfMessage: true, limit.Token);
            }

            using var closeLimit = new CancellationTokenSource(CloseTimeout);
            await socket.CloseOutputAsync(_farewell!.Status, _farewell.Reason, closeLimit.Token);
            await _received.Task.WaitAsync(CloseTimeout);
        }
        catch (Exception e) when (IsBroken(e))
        {
            Abort();
        }
    }

    private sealed record Farewell(WebSocketCloseStatus Status, string Reason);
}
