namespace Ffc.Sdk.Flags;

/// <summary>
/// Shares equal variations between the flags of one message: most flags return the same few values. Not thread-safe.
/// </summary>
internal sealed class VariationPool
{
    private readonly Dictionary<(string Id, string Text), Variation> _variations = [];

    /// <summary>Returns the variation with an id and a text.</summary>
    public Variation Get(string id, string text)
    {
        if (!_variations.TryGetValue((id, text), out var variation))
            _variations.Add((id, text), variation = new Variation(id, text));
        return variation;
    }
}
