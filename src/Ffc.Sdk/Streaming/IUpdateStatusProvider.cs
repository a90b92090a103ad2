namespace Ffc.Sdk;

/// <summary>Tells how the stream of flag data is doing. Thread-safe.</summary>
public interface IUpdateStatusProvider
{
    /// <summary>The state now.</summary>
    UpdateState State { get; }

    /// <summary>Since when the state is what it is.</summary>
    DateTimeOffset StateSince { get; }

    /// <summary>The last error; null when there was none. It stays when the stream is well again.</summary>
    UpdateError? LastError { get; }

    /// <summary>Raised after the state changed, on the thread that changed it: be quick.</summary>
    event EventHandler<UpdateStateChangedEventArgs>? StateChanged;

    /// <summary>Waits until the state is <see cref="UpdateState.OK"/>.</summary>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>True once it is OK; false when it is <see cref="UpdateState.Off"/>, or when the time is over.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<bool> WaitForOKStateAsync(TimeSpan timeout, CancellationToken cancellationToken = default);
}
