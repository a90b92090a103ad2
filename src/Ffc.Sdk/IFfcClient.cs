using System.Text.Json.Serialization.Metadata;

namespace Ffc.Sdk;

/// <summary>
/// Evaluates feature flags locally, on data in memory. Thread-safe. Create one client per environment and keep it for the
/// lifetime of the process. Evaluation never throws and never blocks: if a flag cannot be evaluated, the default is returned.
/// </summary>
public interface IFfcClient : IDisposable, IAsyncDisposable
{
    /// <summary>Whether the client has data: from the server, from a snapshot or from the bootstrap options.</summary>
    bool Initialized { get; }

    /// <summary>The status of the stream of flag data.</summary>
    IUpdateStatusProvider UpdateStatusProvider { get; }

    /// <summary>
    /// Describes the current flag data. Never null; the source is <see cref="FlagDataSource.None"/> if there is no data.
    /// </summary>
    FlagDataInfo FlagData { get; }

    /// <summary>The delivery of insights (evaluations and metrics): its status, and its outbox. Never null.</summary>
    IInsightDelivery Insights { get; }

    /// <summary>
    /// Raised after the data changed, with the keys of the flags whose values may have changed. Handlers run on the update
    /// thread; return quickly.
    /// </summary>
    event EventHandler<FlagsChangedEventArgs>? FlagsChanged;

    /// <summary>
    /// Waits until the client has data: from the server, from a snapshot or from the bootstrap options. Returns immediately if
    /// it has.
    /// </summary>
    /// <param name="timeout">
    /// The longest wait. <see cref="Timeout.InfiniteTimeSpan"/>, and any value above the limit of timers (49 days), means no
    /// limit.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>
    /// True if the client has data; false if the timeout has passed, or if no data will come soon: the server refuses the
    /// client, offline mode is on, or the client was disposed.
    /// </returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<bool> WaitForDataAsync(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Evaluates a flag for a user.</summary>
    /// <typeparam name="T"> <see cref="string"/>, <see cref="bool"/>, <see cref="int"/>, <see cref="long"/>, <see
    /// cref="double"/>, <see cref="decimal"/>, an enum (by name, in any case), or any type that the flag's value can be
    /// deserialized to from JSON, such as a record or an array.
    /// </typeparam>
    /// <param name="key">The flag's key.</param>
    /// <param name="user">The user; if null, the default is returned.</param>
    /// <param name="defaultValue">The value to return if the flag cannot be evaluated or its value is not of the type.</param>
    /// <returns>The flag's value for the user, or the default.</returns>
    /// <example><code>bool isOn = client.Variation("new-checkout", user, false);</code></example>
    T Variation<T>(string key, FfcUser? user, T defaultValue);

    /// <summary>Evaluates a flag for a user and returns the value with the reason.</summary>
    /// <inheritdoc cref="Variation{T}(string, FfcUser, T)"/>
    /// <returns>The result. Never null.</returns>
    /// <example><code>FlagState&lt;string&gt; state = client.VariationDetail("welcome-text", user, "Hello");</code></example>
    FlagState<T> VariationDetail<T>(string key, FfcUser? user, T defaultValue);

    /// <summary>
    /// Evaluates a flag whose value is JSON, without reflection, for apps that are trimmed or compiled ahead of time.
    /// </summary>
    /// <inheritdoc cref="Variation{T}(string, FfcUser, T)"/>
    /// <param name="key">The flag's key.</param>
    /// <param name="user">The user; if null, the default is returned.</param>
    /// <param name="defaultValue">The value to return if the flag cannot be evaluated or its value is not of the type.</param>
    /// <param name="typeInfo">How to read the type, from a source-generated <c>JsonSerializerContext</c>.</param>
    T Variation<T>(string key, FfcUser? user, T defaultValue, JsonTypeInfo<T> typeInfo);

    /// <summary>Evaluates a flag whose value is JSON, without reflection, and returns the value with the reason.</summary>
    /// <inheritdoc cref="Variation{T}(string, FfcUser, T, JsonTypeInfo{T})"/>
    /// <returns>The result. Never null.</returns>
    FlagState<T> VariationDetail<T>(string key, FfcUser? user, T defaultValue, JsonTypeInfo<T> typeInfo);

    /// <summary>
    /// Whether a flag's value for a user is y, yes, t, true, on or 1, in any case. False if the flag cannot be evaluated, unless
    /// <see cref="FfcOptions.Defaults"/> has such a value.
    /// </summary>
    bool IsEnabled(string key, FfcUser? user);

    /// <summary>Whether the data contains a flag with a key. False if there is no data. Sends no event.</summary>
    bool IsFlagKnown(string key);

    /// <summary>
    /// Explains why a user gets a value: returns every step of the evaluation. Sends no events. Never throws.
    /// </summary>
    /// <param name="key">The key of the flag.</param>
    /// <param name="user">The user.</param>
    /// <returns>The steps; only the error if the flag cannot be evaluated.</returns>
    FlagExplanation Explain(string key, FfcUser? user);

    /// <summary>
    /// Evaluates all flags for a user. Sends no events; <see cref="AllFlagStates.Get"/> sends the event of one flag.
    /// </summary>
    /// <param name="user">The user; if null, there are no results.</param>
    /// <returns>The results. Never null.</returns>
    AllFlagStates GetAllFlags(FfcUser? user);

    /// <summary>
    /// Follows the value of a flag for a user: returns the current state, and then each state with another value or variation.
    /// Changes during the work of the caller are combined: the newest state is returned. Sends no events.
    /// </summary>
    /// <typeparam name="T">The type of the value, as for <see cref="Variation{T}(string, FfcUser, T)"/>.</typeparam>
    /// <param name="key">The key of the flag. The flag need not exist yet.</param>
    /// <param name="user">The user.</param>
    /// <param name="defaultValue">The value of a state that has an error.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    /// <returns>The states. The sequence ends when the client is disposed of.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    IAsyncEnumerable<FlagState<T>> WatchAsync<T>(
        string key, FfcUser? user, T defaultValue, CancellationToken cancellationToken = default);

    /// <summary>
    /// Calls a handler with each later state of a flag for a user that has another value or variation. Calls do not overlap.
    /// Changes during a call are combined: the next call receives the newest state. Sends no events.
    /// </summary>
    /// <typeparam name="T">The type of the value, as for <see cref="Variation{T}(string, FfcUser, T)"/>.</typeparam>
    /// <param name="key">The key of the flag. The flag need not exist yet.</param>
    /// <param name="user">The user.</param>
    /// <param name="defaultValue">The value of a state that has an error.</param>
    /// <param name="handler">Runs on the thread pool. Its exceptions are logged.</param>
    /// <returns>Ends the calls when it is disposed of. Does not wait for a running call.</returns>
    IDisposable OnValueChanged<T>(string key, FfcUser? user, T defaultValue, Action<FlagState<T>> handler);

    /// <summary>
    /// Records a metric of a user, to be sent to the server. Never throws and never blocks: a metric without a name, or with a
    /// value that is not above 0 or does not fit a 32-bit float, is ignored and logged as a warning.
    /// </summary>
    /// <param name="user">The user; if null, the metric is ignored.</param>
    /// <param name="eventName">The name of the metric.</param>
    /// <param name="numericValue">The value of the metric.</param>
    void TrackMetric(FfcUser? user, string eventName, double numericValue = 1.0);

    /// <summary>
    /// Records several metrics of a user as one event. Never throws and never blocks: invalid metrics are ignored and logged as
    /// warnings.
    /// </summary>
    /// <param name="user">The user; if null, the metrics are ignored.</param>
    /// <param name="metrics">The values by name; if null, nothing is recorded.</param>
    void TrackMetrics(FfcUser? user, IReadOnlyDictionary<string, double> metrics);

    /// <summary>
    /// Records several metrics of a user as one event, all or none. If memory is full or the client is closed, they are stored
    /// in the outbox.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="metrics">The values by name; a name may occur more than once.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>True if the metrics were recorded; false if neither memory nor the outbox accepts them.</returns>
    /// <exception cref="InvalidMetricException">
    /// A metric has no name, or a value that is not above 0 or does not fit a 32-bit float. Nothing was recorded.
    /// </exception>
    ValueTask<bool> TryTrackAsync(
        FfcUser user, IEnumerable<KeyValuePair<string, double>> metrics, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends the insights in memory. Completes when each event is delivered, rejected, stored in the outbox, kept in memory for
    /// a retry, or lost.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, not the sending.</param>
    /// <returns>The number of events by destination; all zero if there were none.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    Task<FlushResult> FlushAsync(CancellationToken cancellationToken = default);
}
