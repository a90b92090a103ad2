namespace Ffc.Sdk.Flags;

/// <summary>A flag, compiled for evaluation. Immutable, except for its cached fragments.</summary>
internal sealed class Flag : IDataItem
{
    private ResultFragment? _fragments;

    public required string Id { get; init; }

    public required string Key { get; init; }

    public required string Name { get; init; }

    public required long Version { get; init; }

    public required bool IsEnabled { get; init; }

    /// <summary>The variation for users who get no other variation; null if it was deleted on the server.</summary>
    public required Variation? OffVariation { get; init; }

    public required Prerequisite[] Prerequisites { get; init; }

    /// <summary>
    /// For each individually targeted user key, the variation of the first target that names it; null if it was deleted on the
    /// server.
    /// </summary>
    public required Dictionary<string, Variation?> Targets { get; init; }

    public required Rule[] Rules { get; init; }

    public required RolloutGroup DefaultRollouts { get; init; }

    /// <summary>All variations that the flag declares.</summary>
    public required Variation[] Variations { get; init; }

    /// <summary>A type that fits all variations that the flag declares or can return.</summary>
    public required FlagValueKind ValueKind { get; init; }

    /// <summary>Whether evaluations for individually targeted users are part of an experiment.</summary>
    public required bool ExperimentIncludesTargets { get; init; }

    public required ItemContent Content { get; init; }

    /// <summary>The first of the cached fragments; null if there is none.</summary>
    public ResultFragment? Fragments => Volatile.Read(ref _fragments);

    /// <summary>Adds a fragment in front of those that it refers to. False if another thread has added one meanwhile.</summary>
    public bool TryAdd(ResultFragment fragment) =>
        Interlocked.CompareExchange(ref _fragments, fragment, fragment.Next) == fragment.Next;
}

/// <summary>
/// A flag that must return a certain variation to the user. Otherwise the flag that requires it returns its off variation.
/// </summary>
/// <param name="FlagId">The id of the required flag.</param>
/// <param name="VariationId">
/// The id of the variation it must return; null if it was deleted, so that the prerequisite always fails.
/// </param>
internal sealed record Prerequisite(string FlagId, string? VariationId);

/// <summary>Clauses that must all be true, and the rollouts that then apply. Without clauses, the rule is true.</summary>
internal sealed record Rule(Clause[] Clauses, RolloutGroup Rollouts);
