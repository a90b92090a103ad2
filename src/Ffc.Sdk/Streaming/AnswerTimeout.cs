namespace Ffc.Sdk.Streaming;

/// <summary>
/// The time limit from a request for data to the first byte of its answer. It doubles with each request that is not answered in
/// time, so that a server that is slow rather than silent is not asked in vain forever.
/// </summary>
internal sealed class AnswerTimeout
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Max = TimeSpan.FromMinutes(2);

    private TimeSpan _current = First;

    /// <summary>The limit of the next request.</summary>
    public TimeSpan Current => _current;

    /// <summary>Reports that a request was not answered in time.</summary>
    public void Expired() => _current = _current * 2 < Max ? _current * 2 : Max;

    /// <summary>Reports that a request was answered.</summary>
    public void Answered() => _current = First;
}
