using System.Net.WebSockets;
using System.Threading.Channels;

namespace Ffc.DevServer.Streaming;

/// <summary>The WebSocket of one client. Its send queue is bounded, so that a slow client does not delay others.</summary>
internal sealed class StreamingConnection(WebSocket socket)
{
    /// <summary>The maximum size of a client's message, in bytes.</summary>
    public const int MaxMessageSize = 64 * 1024;

    private const int MaxQueuedFrames = 64;

    // Real time instead of the options' TimeProvider, because the network runs in real time.
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly Channel<ReadOnlyMemory<byte>> _queue =
        Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MaxQueuedFrames) { SingleReader = true });

    private readonly TaskCompletionSource _receiveEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CloseFrame? _closeFrame;

    /// <summary>Sends and receives until the socket is closed or broken.</summary>
    /// <param name="onMessage">Handles a message. Its memory is valid until the returned task completes.</param>
    public async Task RunAsync(Func<ReadOnlyMemory<byte>, Task> onMessage)
    {
        var sendTask = SendAsync();
        try
        {
            await ReceiveAsync(onMessage);
        }
        catch (Exception exception) when (IsConnectionFailure(exception))
        {
        }
        finally
        {
            _receiveEnded.SetResult();
            Close(WebSocketCloseStatus.NormalClosure, "");
            await sendTask;
        }
    }

    /// <summary>Queues a text frame.</summary>
    /// <returns>False if the queue was full and the connection was aborted.</returns>
    public bool Send(ReadOnlyMemory<byte> utf8)
    {
        if (_queue.Writer.TryWrite(utf8) || Volatile.Read(ref _closeFrame) is not null)
            return true;

        Abort();
        return false;
    }

    /// <summary>Sends a close frame after the queued frames. Only the first call has an effect.</summary>
    public void Close(WebSocketCloseStatus status, string reason)
    {
        Interlocked.CompareExchange(ref _closeFrame, new CloseFrame(status, reason), null);
        _queue.Writer.TryComplete();
    }

    /// <summary>Aborts the connection without a close frame.</summary>
    public void Abort()
    {
        // In this order, because the send loop sends a close frame when the queue completes and the socket is still open.
        socket.Abort();
        Close(WebSocketCloseStatus.Empty, "");
    }

    private static bool IsConnectionFailure(Exception exception) => exception
        is WebSocketException or OperationCanceledException or TimeoutException or IOException or ObjectDisposedException;

    private async Task ReceiveAsync(Func<ReadOnlyMemory<byte>, Task> onMessage)
    {
        var buffer = new byte[MaxMessageSize];
        var length = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (result.MessageType == WebSocketMessageType.Close)
                return;

            length += result.Count;
            if (Volatile.Read(ref _closeFrame) is not null)
            {
                // Messages after our close frame are ignored; the loop only waits for the client's close frame.
                length = 0;
            }
            else if (result.EndOfMessage)
            {
                await onMessage(buffer.AsMemory(0, length));
                length = 0;
            }
            else if (length == MaxMessageSize)
            {
                Close(WebSocketCloseStatus.MessageTooBig, "a message must not be larger than 64 KiB");
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
                using var sendCts = new CancellationTokenSource(SendTimeout);
                await socket.SendAsync(utf8, WebSocketMessageType.Text, endOfMessage: true, sendCts.Token);
            }

            using var closeCts = new CancellationTokenSource(CloseTimeout);
            await socket.CloseOutputAsync(_closeFrame!.Status, _closeFrame.Reason, closeCts.Token);
            await _receiveEnded.Task.WaitAsync(CloseTimeout);
        }
        catch (Exception exception) when (IsConnectionFailure(exception))
        {
            Abort();
        }
    }

    private sealed record CloseFrame(WebSocketCloseStatus Status, string Reason);
}
