using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags;

/// <summary>The flags that are served at one time. Immutable.</summary>
/// <param name="Flags">The flags, in the order of the flags file.</param>
/// <param name="Data">The compiled flags and segments, for evaluations.</param>
/// <param name="Error">Why the flags file as it is now is not in effect; null if it is in effect.</param>
/// <param name="Warnings">The possible mistakes in the flags file. Each one names its flag or segment.</param>
/// <param name="Mirror">The connection to the mirrored environment; null if the flags are those of the flags file.</param>
internal sealed record FlagsView(
    IReadOnlyList<FlagView> Flags, DataSet Data, string? Error, IReadOnlyList<string> Warnings, MirrorView? Mirror)
{
    private readonly Dictionary<string, FlagView> _byKey = Flags.ToDictionary(flag => flag.Key, StringComparer.Ordinal);

    /// <summary>Returns the flag with a key; null if there is none.</summary>
    public FlagView? Find(string key) => _byKey.GetValueOrDefault(key);
}
