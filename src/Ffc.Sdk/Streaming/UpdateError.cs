namespace Ffc.Sdk;

/// <summary>An error of the stream of flag data.</summary>
public sealed record UpdateError
{
    /// <summary>Describes the error. Contains no secret.</summary>
    public required string Message { get; init; }

    /// <summary>The time when the error occurred.</summary>
    public required DateTimeOffset Time { get; init; }
}
