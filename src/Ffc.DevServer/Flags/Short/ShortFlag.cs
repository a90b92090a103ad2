using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags.Short;

/// <summary>A flag that is written in the short form of the flags file. It has the same meaning for every server.</summary>
/// <param name="Key">The key.</param>
/// <param name="Id">The id on the wire.</param>
/// <param name="Name">The name for people.</param>
/// <param name="IsOn">Whether the flag is on.</param>
/// <param name="Kind">The type of all values.</param>
/// <param name="Variations">The variations; at least one.</param>
/// <param name="Off">The variation that is returned if the flag is off.</param>
/// <param name="Prerequisites">The flags that must return a certain variation.</param>
/// <param name="Targets">The user keys that get a certain variation.</param>
/// <param name="Rules">The rules, in order.</param>
/// <param name="Serve">What all other users get.</param>
internal sealed record ShortFlag(
    string Key,
    string Id,
    string Name,
    bool IsOn,
    FlagValueKind Kind,
    IReadOnlyList<ShortVariation> Variations,
    ShortVariation Off,
    IReadOnlyList<ShortPrerequisite> Prerequisites,
    IReadOnlyList<ShortTarget> Targets,
    IReadOnlyList<ShortRule> Rules,
    IReadOnlyList<ShortRollout> Serve);

/// <summary>A variation.</summary>
/// <param name="Number">The number of the variation in its flag, from 1.</param>
/// <param name="Name">The name.</param>
/// <param name="Value">The value as text.</param>
internal sealed record ShortVariation(int Number, string Name, string Value);

/// <summary>A flag that must return a certain variation.</summary>
internal sealed record ShortPrerequisite(string FlagId, VariationView Variation);

/// <summary>The users who get a certain variation.</summary>
internal sealed record ShortTarget(ShortVariation Variation, IReadOnlyList<string> Keys);

/// <summary>Conditions that must all be true, and what these users get.</summary>
internal sealed record ShortRule(string Name, IReadOnlyList<ShortCondition> Conditions, IReadOnlyList<ShortRollout> Serve);

/// <summary>A variation and the share of users who get it: from <c>Min</c> to <c>Max</c>, between 0 and 1.</summary>
internal sealed record ShortRollout(ShortVariation Variation, double Min, double Max);

/// <summary>A condition.</summary>
/// <param name="Property">The property; null for a condition on segments.</param>
/// <param name="Operation">The name of the operation on the wire, which all servers share.</param>
/// <param name="Value">The operand on the wire.</param>
internal sealed record ShortCondition(string? Property, string Operation, string Value);

/// <summary>A segment that is written in the short form.</summary>
internal sealed record ShortSegment(
    string Name,
    IReadOnlyList<string> Include,
    IReadOnlyList<string> Exclude,
    IReadOnlyList<ShortRule> Rules);
