namespace Ffc.Sdk;

/// <summary>The share of users who get a variation.</summary>
public sealed record RolloutRange
{
    /// <summary>The start of the share, from 0 to 1, inclusive.</summary>
    public double Start { get; init; }

    /// <summary>The end of the share, from 0 to 1.</summary>
    public double End { get; init; }

    /// <summary>The id of the variation; null if it was deleted, so that these users get the default.</summary>
    public string? VariationId { get; init; }

    /// <summary>The value of the variation as text; null if it was deleted.</summary>
    public string? Value { get; init; }

    /// <summary>Whether this is the share of the user.</summary>
    public bool IncludesUser { get; init; }

    /// <summary>
    /// Whether this is the variation for users whom no other share includes. It is left out if the other shares include all
    /// users.
    /// </summary>
    public bool IsFallback { get; init; }
}
