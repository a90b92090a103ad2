namespace Ffc.Sdk.Streaming;

/// <summary>
/// The time limit from a request for data to the first byte of its answer. It doubles with each request that is not answered in
/// time, so that a server that is slow rather than silent is not asked in vain forever.
/// </summary>
internal sealed class AnswerTimeout
{
    private const int FirstSeconds = 15;
    private const int MaxSeconds = 120;

    // Written by the loop that requests data and by the thread that receives it.
    private volatile int _seconds = FirstSeconds;

    /// <summary>The limit of the next request.</summary>
    public TimeSpan Current => TimeSpan.FromSeconds(_seconds);

    /// <summary>Reports that a request was not answered in time.</summary>
    public void Expired() => _seconds = Math.Min(_seconds * 2, MaxSeconds);

    /// <summary>Reports that a request was answered.</summary>
    public void Answered() => _seconds = FirstSeconds;
}
