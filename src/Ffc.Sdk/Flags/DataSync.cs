namespace Ffc.Sdk.Flags;

/// <summary>The flags and segments of one data-sync message.</summary>
/// <param name="IsFull">True if the message contains all flags and segments; false if it contains only changed items.</param>
/// <param name="Flags">The flags whose envelope could be read.</param>
/// <param name="Segments">The segments whose envelope could be read; empty if the server sends none.</param>
/// <param name="InvalidItems">The error of each item whose envelope could not be read.</param>
internal sealed record DataSync(
    bool IsFull,
    IReadOnlyList<IncomingItem<Flag>> Flags,
    IReadOnlyList<IncomingItem<Segment>> Segments,
    IReadOnlyList<string> InvalidItems)
{
    /// <summary>Whether the items were prepared while the message arrived, see <see cref="ItemPreparation"/>.</summary>
    public bool IsPrepared { get; init; }
}
