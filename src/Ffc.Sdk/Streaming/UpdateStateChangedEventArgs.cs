namespace Ffc.Sdk;

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
