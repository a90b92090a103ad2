using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags;

/// <summary>A flag, as the dashboard shows it. Immutable.</summary>
/// <param name="Flag">
/// The compiled flag: state, rules, targets, prerequisites and rollouts. The same object until it changes.
/// </param>
/// <param name="Variations">The variations that the flag declares.</param>
/// <param name="RuleNames">The name of each rule of <paramref name="Flag"/>; empty for a rule without a name.</param>
/// <param name="Json">
/// The JSON as it is written in the flags file, with its comments; for a flag of a mirrored environment, as it was received.
/// Pass it to <see cref="ServedFlags.SaveAsync"/> as the original.
/// </param>
/// <param name="LastChanged">The time of the last change; null if it is unknown.</param>
/// <param name="IsOverridden">Whether a local override replaces the flag of the mirrored environment.</param>
internal sealed record FlagView(
    Flag Flag,
    IReadOnlyList<VariationView> Variations,
    IReadOnlyList<string> RuleNames,
    string Json,
    DateTimeOffset? LastChanged,
    bool IsOverridden)
{
    public string Key => Flag.Key;

    public string Name => Flag.Name;

    public bool IsOn => Flag.IsEnabled;

    public FlagValueKind Kind => Flag.ValueKind;
}
