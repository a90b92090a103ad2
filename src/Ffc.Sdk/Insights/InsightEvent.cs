using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Insights;

/// <summary>An event that is sent to the server: an evaluation, or metrics of a user.</summary>
internal abstract record InsightEvent(FfcUser User)
{
    /// <summary>The number of events: those of a chain are counted from this one on.</summary>
    public virtual int Count => 1;

    /// <summary>An estimate of the memory of the event without its user, in bytes.</summary>
    public abstract long Bytes { get; }

    /// <summary>An estimate of the size of the event in a batch, with its user, in bytes.</summary>
    public abstract long BatchBytes { get; }
}

/// <summary>
/// The evaluation of a flag for a user. The events of one evaluation form a chain, prerequisites first, so that an evaluation
/// without prerequisites allocates a single object.
/// </summary>
internal sealed record FlagEvent(
    FfcUser User,
    string FlagKey,
    Variation Variation,
    string Reason,
    bool SendToExperiment,
    long Timestamp) : InsightEvent(User)
{
    private const int ObjectBytes = 80;
    private const int JsonBytes = 256;

    /// <summary>The next event of the evaluation; null for the last one, which is that of the requested flag.</summary>
    public FlagEvent? Next { get; set; }

    public override int Count
    {
        get
        {
            var count = 1;
            for (var next = Next; next is not null; next = next.Next)
                count++;
            return count;
        }
    }

    // The other objects belong to the flag data.
    public override long Bytes => ObjectBytes;

    public override long BatchBytes => JsonBytes + FlagKey.Length + Variation.Text.Length + User.EstimatedBytes;
}

/// <summary>
/// Metrics of a user. The event itself contains the first metric, so that a single metric allocates a single object.
/// </summary>
internal record MetricEvent(FfcUser User, string Name, double Value, long Timestamp) : InsightEvent(User)
{
    private const int ObjectBytes = 56;
    private const int MetricBytes = 40;
    private const int JsonBytes = 128;

    /// <summary>The metrics after the first one.</summary>
    public virtual IReadOnlyList<KeyValuePair<string, double>> More => [];

    public sealed override long Bytes
    {
        get
        {
            var bytes = ObjectBytes + MetricBytes + (2L * Name.Length);
            for (var i = 0; i < More.Count; i++)
                bytes += MetricBytes + (2L * More[i].Key.Length);
            return bytes;
        }
    }

    public sealed override long BatchBytes => Bytes + (JsonBytes * (1L + More.Count)) + User.EstimatedBytes;
}

/// <summary>Several metrics of a user. A separate type, so that the event of a single metric is smaller.</summary>
internal sealed record MetricsEvent(
    FfcUser User, string Name, double Value, long Timestamp, KeyValuePair<string, double>[] Others)
    : MetricEvent(User, Name, Value, Timestamp)
{
    public override IReadOnlyList<KeyValuePair<string, double>> More => Others;
}
