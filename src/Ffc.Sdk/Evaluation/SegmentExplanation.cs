namespace Ffc.Sdk;

/// <summary>Whether a user is in a segment.</summary>
public sealed record SegmentExplanation
{
    /// <summary>The id of the segment.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the user is in the segment.</summary>
    public bool Contains { get; init; }

    /// <summary>Why the user is in the segment or not.</summary>
    public required string Because { get; init; }
}
