namespace Ffc.Sdk;

/// <summary>Reports the status of the stream of flag data. Thread-safe.</summary>
public interface IUpdateStatusProvider
{
    /// <summary>Raised after the state changed. Handlers run on the update thread; return quickly.</summary>
    event EventHandler<UpdateStatusChangedEventArgs>? StatusChanged;

    /// <summary>The current status.</summary>
    UpdateStatus Status { get; }

    /// <summary>
    /// The time since the stream was last <see cref="UpdateState.Ok"/>, or since the client was created. Zero while it is, in
    /// offline mode, and after a client without an error has closed. Clock changes have no effect on it.
    /// </summary>
    TimeSpan TimeSinceOk { get; }

    /// <summary>Waits until the state is <see cref="UpdateState.Ok"/>.</summary>
    /// <param name="timeout">
    /// The longest wait. <see cref="Timeout.InfiniteTimeSpan"/>, and any value above the limit of timers (49 days), means no
    /// limit.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>
    /// True when the state is Ok; false if the state is <see cref="UpdateState.Off"/> or the timeout has passed.
    /// </returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<bool> WaitForOkAsync(TimeSpan timeout, CancellationToken cancellationToken = default);
}
