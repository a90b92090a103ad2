namespace Ffc.Sdk;

/// <summary>
/// Evaluates feature flags from data held in memory. Thread-safe; make one an environment and keep it for the life of the process.
/// Evaluation never throws and never waits: where a flag cannot be evaluated, it answers the default and says why.
/// </summary>
public interface IFfcClient : IAsyncDisposable
{
    /// <summary>Whether the client has data to evaluate with: from the server, from a snapshot or from a bootstrap.</summary>
    bool Initialized { get; }

    /// <summary>How the stream of flag data is doing.</summary>
    IUpdateStatusProvider UpdateStatusProvider { get; }

    /// <summary>The data in force; <see cref="FlagDataSource.None"/> is its source when there is none. Never null.</summary>
    FlagDataInfo Data { get; }

    /// <summary>Raised after the data changed, with the keys of the flags that may answer differently now, on the thread that changed it: be quick.</summary>
    event EventHandler<FlagsChangedEventArgs>? FlagsChanged;

    /// <summary>What a flag answers for a user.</summary>
    /// <typeparam name="T">
    /// <see cref="string"/>, <see cref="bool"/>, <see cref="int"/>, <see cref="long"/>, <see cref="double"/>, <see cref="decimal"/>,
    /// or any type that the flag's value deserializes to from JSON.
    /// </typeparam>
    /// <param name="key">The flag's key.</param>
    /// <param name="user">The user; null gets the default.</param>
    /// <param name="defaultValue">What to return where the flag cannot be evaluated, or does not read as the type.</param>
    T Variation<T>(string key, FfcUser? user, T defaultValue);

    /// <summary>What a flag answers for a user, and how that came about. Never null.</summary>
    /// <inheritdoc cref="Variation{T}"/>
    FlagState<T> VariationDetail<T>(string key, FfcUser? user, T defaultValue);

    /// <summary>Whether a flag answers y, yes, t, true, on or 1, in any case. False where it cannot be evaluated and no default in the options says otherwise.</summary>
    bool IsEnabled(string key, FfcUser? user);

    /// <summary>Whether the data holds a flag of that key. False when there is no data. Sends nothing.</summary>
    bool IsFlagKnown(string key);

    /// <summary>What all flags answer for a user. Sends nothing; <see cref="AllFlagStates.Get"/> does, for one flag. Never null.</summary>
    /// <param name="user">The user; null gets no answers.</param>
    AllFlagStates GetAllLatestFlagVariations(FfcUser? user);

    /// <summary>How the delivery of insights (evaluations and metrics) is doing. Never null.</summary>
    InsightStatus Insights { get; }

    /// <summary>
    /// Takes a metric of a user, to be sent to the server. Never throws and never waits: a metric without a name, or whose value is
    /// not a finite number above 0, is ignored with a warning in the log.
    /// </summary>
    /// <param name="user">The user; null is ignored as well.</param>
    /// <param name="eventName">What happened.</param>
    /// <param name="numericValue">How much of it.</param>
    void TrackMetric(FfcUser? user, string eventName, double numericValue = 1.0);

    /// <summary>
    /// Takes several metrics of a user as one event. Never throws and never waits: those that are wrong are ignored with a warning in
    /// the log, the others taken.
    /// </summary>
    /// <param name="user">The user; null is ignored as well.</param>
    /// <param name="metrics">The metrics, name by value; null is ignored as well.</param>
    void TrackMetrics(FfcUser? user, IReadOnlyDictionary<string, double> metrics);

    /// <summary>
    /// Takes several metrics of a user as one event, all or none. Where memory is full, or the client closed, they are put in the
    /// outbox, which is waited for.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="metrics">The metrics, name by value; a name may come more than once.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether they were taken; false when neither memory nor the outbox takes them.</returns>
    /// <exception cref="InvalidMetricException">A metric has no name, or a value that is not a finite number above 0. None was taken.</exception>
    ValueTask<bool> TrackMetricsAsync(
        FfcUser user, IEnumerable<KeyValuePair<string, double>> metrics, CancellationToken cancellationToken = default);

    /// <summary>Sends the insights that wait in memory; ends when each of them is delivered, or in the outbox, or known to be neither.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the sending.</param>
    /// <returns>How many went where; all zero when there were none.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<FlushResult> FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Sends the insights in the outbox, whichever instance put them there, the oldest first.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the sending.</param>
    /// <returns>How many were sent, and why it ended.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<OutboxDrainResult> DrainOutboxAsync(CancellationToken cancellationToken = default);

    /// <summary>Looks at the outbox. Takes up to five seconds where it does not answer.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<OutboxStatus> GetOutboxStatusAsync(CancellationToken cancellationToken = default);
}
