namespace Ffc.Sdk;

/// <summary>Provides the status of the stream after its state changed.</summary>
/// <param name="status">The new status.</param>
public sealed class UpdateStatusChangedEventArgs(UpdateStatus status) : EventArgs
{
    /// <summary>The new status.</summary>
    public UpdateStatus Status { get; } = status;
}
