namespace Ffc.Sdk;

/// <summary>The test of one prerequisite.</summary>
public sealed record PrerequisiteExplanation
{
    /// <summary>The key of the required flag; its id if there is no such flag.</summary>
    public required string FlagKey { get; init; }

    /// <summary>
    /// The id of the required variation; null if the variation was deleted, so that the prerequisite never holds.
    /// </summary>
    public string? RequiredVariationId { get; init; }

    /// <summary>Whether the prerequisite holds.</summary>
    public bool Holds { get; init; }

    /// <summary>Why the prerequisite holds or not.</summary>
    public required string Because { get; init; }

    /// <summary>The evaluation of the required flag for the same user; null if it was not evaluated.</summary>
    public FlagExplanation? Evaluation { get; init; }
}
