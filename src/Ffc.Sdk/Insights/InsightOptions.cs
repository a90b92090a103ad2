namespace Ffc.Sdk;

/// <summary>Settings for collecting and sending insights (evaluations and metrics).</summary>
public sealed class InsightOptions
{
    /// <summary>The maximum number of events that a server accepts in one request.</summary>
    public const int MaxBatchSize = 50;

    /// <summary>
    /// Whether insights are collected and sent. If false, the client evaluates flags, but sends nothing and does not drain the
    /// outbox. Default true.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The properties of users that are used for evaluation, but are neither sent nor stored in the outbox: names of custom
    /// properties, <c>name</c>, <c>email</c> and <c>country</c>, or <c>*</c> for all custom properties. Case is ignored. In
    /// configuration, it is a list, or one text with commas. Default none.
    /// </summary>
    public ICollection<string> PrivateProperties { get; private set; } = [];

    /// <summary>
    /// The number of events that wait in memory to be sent; further events are stored in the outbox. From <see
    /// cref="BatchSize"/> to 1,000,000. Default 10,000.
    /// </summary>
    public int Capacity { get; set; } = 10_000;

    /// <summary>
    /// The memory for events that are not delivered yet, in bytes, by an estimate: in the queue, in requests, and on the way to
    /// the outbox. Above half of it, events are stored in the outbox. Above all of it, events are lost. From 1 MiB to 16 GiB.
    /// Default 64 MiB.
    /// </summary>
    public long CapacityBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// The longest time that an event waits before it is sent; a full batch is sent immediately. Above zero and at most an hour.
    /// Default 3 s.
    /// </summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The number of events in a request, from 1 to <see cref="MaxBatchSize"/>. Default 50.</summary>
    public int BatchSize { get; set; } = MaxBatchSize;

    /// <summary>
    /// The number of retries of a failed request before the batch is stored in the outbox, from 0 to 10. Default 3.
    /// </summary>
    public int MaxRetries { get; set; } = 3;

    internal InsightOptions Copy()
    {
        var copy = (InsightOptions)MemberwiseClone();
        copy.PrivateProperties = [.. PrivateProperties];
        return copy;
    }
}
