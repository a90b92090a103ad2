namespace Ffc.Sdk;

/// <summary>How insights (evaluations and metrics) are collected and sent.</summary>
public sealed class InsightOptions
{
    /// <summary>The most events in a request that a server takes.</summary>
    public const int MaxBatchSize = 50;

    /// <summary>
    /// How many events wait in memory to be sent; what comes beyond that goes to the outbox. From <see cref="BatchSize"/> to
    /// 1,000,000. Default 10,000.
    /// </summary>
    public int Capacity { get; set; } = 10_000;

    /// <summary>How long an event waits in memory at most before it is sent; a full batch goes at once. Above zero and at most a day. Default 3 s.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How many events go in a request, from 1 to <see cref="MaxBatchSize"/>. Default 50.</summary>
    public int BatchSize { get; set; } = MaxBatchSize;

    /// <summary>How often a batch that did not get through is sent again before it goes to the outbox, from 0 to 10. Default 3.</summary>
    public int MaxRetries { get; set; } = 3;

    internal InsightOptions Copy() => (InsightOptions)MemberwiseClone();
}
