namespace Ffc.Sdk.Flags;

/// <summary>
/// A variation and the share of users who get it. The compiler of each protocol writes the server's rules into the numbers.
/// </summary>
/// <param name="Min">The start of the share, from 0 to 1, inclusive.</param>
/// <param name="Max">
/// The end of the share, exclusive. If the server includes the end, this is the next larger number.
/// </param>
/// <param name="ExperimentEnd">
/// Users whose experiment percentage is below this number are part of the variation's experiment: <see cref="NoExperiment"/>,
/// <see cref="WholeExperiment"/>, or a number between them.
/// </param>
/// <param name="Variation">The variation; null if it was deleted on the server.</param>
internal sealed record Rollout(double Min, double Max, double ExperimentEnd, Variation? Variation)
{
    /// <summary>No user is part of the experiment. The user's percentage is not computed.</summary>
    public const double NoExperiment = 0;

    /// <summary>All users are part of the experiment. The user's percentage is not computed.</summary>
    public const double WholeExperiment = double.PositiveInfinity;

    /// <summary>
    /// As <see cref="NoExperiment"/>, for the rollout of <see cref="ToRest"/>. A number, so that rollouts do not become larger.
    /// </summary>
    public const double NoExperimentOfRest = -1;

    private static readonly Rollout Malformed = new(0, 1, NoExperimentOfRest, Variation: null);

    /// <summary>Whether the share includes all users. If so, the user's percentage is not computed.</summary>
    public bool TakesAll => Min == 0 && Max == 1;

    /// <summary>Whether the rollout is for users whom no other rollout of the group includes.</summary>
    public bool IsToRest => ExperimentEnd == NoExperimentOfRest;

    /// <summary>
    /// Returns a rollout. A rollout to all users is shared between flags, but only if it is the first of its group, because an
    /// explanation must be able to tell the rollouts of a group apart.
    /// </summary>
    public static Rollout Create(double min, double max, double experimentEnd, Variation? variation, bool isFirst) =>
        !isFirst || variation is null || min != 0 || max != 1 ? new Rollout(min, max, experimentEnd, variation)
            : experimentEnd == NoExperiment ? variation.ToAll
            : experimentEnd == WholeExperiment ? variation.ToAllInExperiment
            : new Rollout(min, max, experimentEnd, variation);

    /// <summary>
    /// Returns the last rollout of a group, for users whom no other rollout includes. Without a variation, the flag is malformed
    /// for them.
    /// </summary>
    public static Rollout ToRest(Variation? variation) => variation is null ? Malformed : variation.ToRest;
}

/// <summary>The rollouts of a rule or of the flag, in order. The first one whose share includes the user applies.</summary>
/// <param name="Rollouts">The rollouts.</param>
/// <param name="Dispatch">The property by which users are assigned; null if the user key alone assigns them.</param>
internal sealed record RolloutGroup(Rollout[] Rollouts, Dispatch? Dispatch = null);
