using Ffc.Sdk.Internal;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// Prepares the items of one message as they arrive, so that their JSON need not be held until the message is complete: an
/// unchanged item is replaced by the compiled one, and every other item is compiled. Nothing is applied yet, because the rest of
/// the message may be invalid. Not thread-safe.
/// </summary>
/// <param name="current">The current data.</param>
/// <param name="keepJson">Whether the JSON of the items is kept for snapshots.</param>
/// <param name="logger">Receives the warnings of the compilation.</param>
internal sealed class ItemPreparation(DataSet current, bool keepJson, ILogger logger)
{
    private readonly JsonBlockWriter? _json = keepJson ? new JsonBlockWriter() : null;
    private readonly VariationPool _variations = new();

    /// <summary>
    /// Whether no item can be unchanged, because there are none yet. Then it saves time to parse the items when they are read
    /// for the first time.
    /// </summary>
    public bool ExpectsOnlyNewItems { get; } = current.FlagsById.Count == 0 && current.SegmentsById.Count == 0;

    /// <summary>Prepares a flag.</summary>
    public IncomingItem<Flag> Prepare(IncomingItem<Flag> item) => Prepare(item, current.FlagsById);

    /// <summary>Prepares a segment.</summary>
    public IncomingItem<Segment> Prepare(IncomingItem<Segment> item) => Prepare(item, current.SegmentsById);

    /// <summary>Must be called after the last item.</summary>
    public void Complete() => _json?.Complete();

    private IncomingItem<T> Prepare<T>(IncomingItem<T> item, Dictionary<string, T> currentItems)
        where T : class, IDataItem
    {
        if (item.IsArchived)
            return item with { Json = default, Wire = null };

        var hash = ContentHash.Of(item.Json.Span);
        if (currentItems.TryGetValue(item.Id, out var same) && same.Version == item.Version && same.Content.Hash == hash)
            return item with { Id = same.Id, Json = default, Wire = null, Content = same.Content, Compiled = same };

        item = item with { Content = new ItemContent(hash, _json?.Add(item.Json.Span)), Variations = _variations };
        try
        {
            return item with { Json = default, Wire = null, Compiled = item.Compile(logger) };
        }
        catch (FormatException exception)
        {
            // Reported when the message is applied, if the item is then needed.
            return item with { Json = default, Wire = null, Error = exception.SafeMessage() };
        }
    }
}
