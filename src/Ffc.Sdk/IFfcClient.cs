namespace Ffc.Sdk;

/// <summary>
/// Evaluates feature flags locally, on data held in memory. Thread-safe. Create one client per environment and keep it for the lifetime
/// of the process. Evaluation never throws and never blocks: if a flag cannot be evaluated, the default is returned.
/// </summary>
public interface IFfcClient : IDisposable, IAsyncDisposable
{
    /// <summary>Whether the client has data: from the server, from a snapshot or from the bootstrap options.</summary>
    bool Initialized { get; }

    /// <summary>The status of the stream of flag data.</summary>
    IUpdateStatusProvider UpdateStatusProvider { get; }

    /// <summary>Describes the current flag data. Never null; the source is <see cref="FlagDataSource.None"/> if there is no data.</summary>
    FlagDataInfo FlagData { get; }

    /// <summary>
    /// Raised after the data changed, with the keys of the flags whose values may have changed. Handlers run on the update thread; return
    /// quickly.
    /// </summary>
    event EventHandler<FlagsChangedEventArgs>? FlagsChanged;

    /// <summary>Evaluates a flag for a user.</summary>
    /// <typeparam name="T">
    /// <see cref="string"/>, <see cref="bool"/>, <see cref="int"/>, <see cref="long"/>, <see cref="double"/>, <see cref="decimal"/>,
    /// or any type that the flag's value can be deserialized to from JSON.
    /// </typeparam>
    /// <param name="key">The flag's key.</param>
    /// <param name="user">The user; if null, the default is returned.</param>
    /// <param name="defaultValue">The value to return if the flag cannot be evaluated or its value is not of the type.</param>
    /// <returns>The flag's value for the user, or the default.</returns>
    /// <example><code>bool isOn = client.Variation("new-checkout", user, false);</code></example>
    T Variation<T>(string key, FfcUser? user, T defaultValue);

    /// <summary>Evaluates a flag for a user and says how the value came about.</summary>
    /// <inheritdoc cref="Variation{T}"/>
    /// <returns>The result. Never null.</returns>
    /// <example><code>FlagState&lt;string&gt; state = client.VariationDetail("welcome-text", user, "Hello");</code></example>
    FlagState<T> VariationDetail<T>(string key, FfcUser? user, T defaultValue);

    /// <summary>
    /// Whether a flag's value for a user is y, yes, t, true, on or 1, in any case. False if the flag cannot be evaluated, unless
    /// <see cref="FfcOptions.Defaults"/> has such a value.
    /// </summary>
    bool IsEnabled(string key, FfcUser? user);

    /// <summary>Whether the data holds a flag with a key. False if there is no data. Sends no event.</summary>
    bool IsFlagKnown(string key);

    /// <summary>Evaluates all flags for a user. Sends no events; <see cref="AllFlagStates.Get"/> sends the event of one flag.</summary>
    /// <param name="user">The user; if null, there are no results.</param>
    /// <returns>The results. Never null.</returns>
    AllFlagStates GetAllFlags(FfcUser? user);

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
