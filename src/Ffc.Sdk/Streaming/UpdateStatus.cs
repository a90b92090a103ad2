namespace Ffc.Sdk;

/// <summary>The status of the stream of flag data at one time.</summary>
public sealed record UpdateStatus
{
    /// <summary>The state of the stream.</summary>
    public required UpdateState State { get; init; }

    /// <summary>The time when the stream entered this state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The last error; null if there was none. A later success does not clear it.</summary>
    public UpdateError? LastError { get; init; }
}
