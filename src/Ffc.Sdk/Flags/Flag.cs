namespace Ffc.Sdk.Flags;

/// <summary>A flag, compiled for evaluation. Immutable.</summary>
internal sealed class Flag : IDataItem
{
    public required string Id { get; init; }

    public required string Key { get; init; }

    public required string Name { get; init; }

    public required long Version { get; init; }

    public required bool IsEnabled { get; init; }

    public required Variation OffVariation { get; init; }

    public required Prerequisite[] Prerequisites { get; init; }

    /// <summary>What each individually targeted user key gets: the first target that names it.</summary>
    public required Dictionary<string, Variation> Targets { get; init; }

    public required Rule[] Rules { get; init; }

    public required RolloutGroup DefaultRollouts { get; init; }

    /// <summary>Every variation the flag declares.</summary>
    public required Variation[] Variations { get; init; }

    /// <summary>The narrowest type that every variation fits which the flag declares or can answer.</summary>
    public required FlagValueKind ValueKind { get; init; }

    public required bool? ExperimentIncludesAllRules { get; init; }

    public required ReadOnlyMemory<byte> Json { get; init; }
}

/// <summary>Another flag, and which of its variations a user must get.</summary>
internal sealed record Prerequisite(string FlagId, int LocalId);

/// <summary>Clauses that must all hold, and what users get where they do.</summary>
internal sealed record Rule(Clause[] Clauses, RolloutGroup Rollouts);
