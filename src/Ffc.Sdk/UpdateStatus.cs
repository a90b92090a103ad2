namespace Ffc.Sdk;

/// <summary>How the stream of flag data is doing.</summary>
public enum UpdateState
{
    /// <summary>No data has come over the stream yet.</summary>
    Initializing,

    /// <summary>The stream is up, and the data is what the server has.</summary>
    OK,

    /// <summary>The stream was up and is broken; it is being made again. Evaluation goes on with the data in hand.</summary>
    Interrupted,

    /// <summary>No stream, and none to come: refused by the server, closed, or offline mode.</summary>
    Off,
}

/// <summary>The last thing that went wrong with the stream.</summary>
/// <param name="Message">What it was. Holds no secret.</param>
/// <param name="Time">When.</param>
public sealed record UpdateError(string Message, DateTimeOffset Time);

/// <summary>The state of the stream changed.</summary>
/// <param name="state">What it is now.</param>
/// <param name="error">The last error so far; null when there was none.</param>
public sealed class UpdateStateChangedEventArgs(UpdateState state, UpdateError? error) : EventArgs
{
    /// <summary>What the state is now.</summary>
    public UpdateState State { get; } = state;

    /// <summary>The last error so far; null when there was none.</summary>
    public UpdateError? LastError { get; } = error;
}

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
