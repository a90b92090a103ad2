namespace Ffc.Sdk;

/// <summary>Provides the keys of changed flags.</summary>
/// <param name="keys">The keys of the flags.</param>
public sealed class FlagsChangedEventArgs(IReadOnlyCollection<string> keys) : EventArgs
{
    /// <summary>
    /// The keys of the flags whose values may have changed: flags that were added, removed or changed, and flags that depend on
    /// such a flag or on a changed segment.
    /// </summary>
    public IReadOnlyCollection<string> Keys { get; } = keys;
}
