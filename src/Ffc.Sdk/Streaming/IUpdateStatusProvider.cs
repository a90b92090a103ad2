namespace Ffc.Sdk;

/// <summary>Reports the status of the stream of flag data. Thread-safe.</summary>
public interface IUpdateStatusProvider
{
    /// <summary>Raised after the state changed. Handlers run on the update thread; return quickly.</summary>
    event EventHandler<UpdateStatusChangedEventArgs>? StatusChanged;

    /// <summary>The current status.</summary>
    UpdateStatus Status { get; }

    /// <summary>Waits until the state is <see cref="UpdateState.Ok"/>.</summary>
    /// <param name="timeout">
    /// The longest wait. <see cref="Timeout.InfiniteTimeSpan"/>, and everything longer than a timer can measure (49 days), means
    /// no limit.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>True as soon as the state is Ok; false if it is <see cref="UpdateState.Off"/>, or after the timeout.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<bool> WaitForOkAsync(TimeSpan timeout, CancellationToken cancellationToken = default);
}
