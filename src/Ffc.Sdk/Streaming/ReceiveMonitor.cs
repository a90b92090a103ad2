namespace Ffc.Sdk.Streaming;

/// <summary>
/// Records what a connection receives. Every byte is a sign of life: a large message may take longer than several pings.
/// Thread-safe.
/// </summary>
internal sealed class ReceiveMonitor(TimeProvider timeProvider)
{
    /// <summary>The largest size of a pong or a control frame, in bytes. A message with a flag is larger.</summary>
    public const int MaxSmallMessageBytes = 256;

    private long _receivedBytes;
    private long _bytesAtLastMessage;
    private long _lastActivity = timeProvider.GetTimestamp();

    /// <summary>The number of bytes received so far, including those of the upgrade.</summary>
    public long ReceivedBytes => Volatile.Read(ref _receivedBytes);

    /// <summary>The time without any byte.</summary>
    public TimeSpan Silence => timeProvider.GetElapsedTime(Volatile.Read(ref _lastActivity));

    /// <summary>Whether a part of a message has arrived that is too large to be a pong.</summary>
    public bool IsReceivingData => ReceivedBytes - Volatile.Read(ref _bytesAtLastMessage) > MaxSmallMessageBytes;

    /// <summary>Records that bytes arrived.</summary>
    public void BytesReceived(int count)
    {
        if (count == 0)
            return;

        Interlocked.Add(ref _receivedBytes, count);
        Volatile.Write(ref _lastActivity, timeProvider.GetTimestamp());
    }

    /// <summary>
    /// Records that a message is complete, or that an answer is expected from now on. Bytes of the next message that were read
    /// together with the end of this one are not counted; the rest of that message is.
    /// </summary>
    public void MessageEnded() => Volatile.Write(ref _bytesAtLastMessage, ReceivedBytes);

    /// <summary>Records that the client reads again after it did not read for a while.</summary>
    public void ReadingResumed() => Volatile.Write(ref _lastActivity, timeProvider.GetTimestamp());
}
