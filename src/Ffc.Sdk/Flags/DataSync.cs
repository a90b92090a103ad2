namespace Ffc.Sdk.Flags;

/// <summary>The flags and segments of one data-sync message.</summary>
/// <param name="IsFull">Whether the message holds all flags and segments, rather than only those that changed.</param>
/// <param name="Flags">The flags whose envelope could be read.</param>
/// <param name="Segments">The segments whose envelope could be read; empty if the server sends none.</param>
/// <param name="InvalidItems">For each item whose envelope could not be read, what is wrong with it.</param>
internal sealed record DataSync(
    bool IsFull,
    IReadOnlyList<IncomingItem<Flag>> Flags,
    IReadOnlyList<IncomingItem<Segment>> Segments,
    IReadOnlyList<string> InvalidItems);
