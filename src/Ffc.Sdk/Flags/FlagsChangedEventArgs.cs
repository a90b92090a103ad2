namespace Ffc.Sdk;

/// <summary>Flags changed.</summary>
/// <param name="keys">Their keys.</param>
public sealed class FlagsChangedEventArgs(IReadOnlyCollection<string> keys) : EventArgs
{
    /// <summary>
    /// The keys of the flags that may answer differently now: new, gone or changed, or hanging on such a flag or on a segment that changed.
    /// </summary>
    public IReadOnlyCollection<string> Keys { get; } = keys;
}
