namespace Ffc.Sdk.Flags;

/// <summary>
/// The JSON of an item as it arrived: its hash, and where the JSON is kept if a snapshot needs it. The JSON itself would take as
/// much memory as the compiled item.
/// </summary>
/// <param name="Hash">The hash of the JSON. Items with the same id, version and hash are the same.</param>
/// <param name="Stored">Where the JSON is kept; null if it is not.</param>
internal readonly record struct ItemContent(ulong Hash, StoredJson? Stored)
{
    /// <summary>Reads the JSON of the item, if it is kept.</summary>
    public ReadOnlyMemory<byte> ReadJson() => ReadJson([this]).Single();

    /// <summary>Reads the JSON of items that is kept. Each block of it is inflated once.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> ReadJson(IEnumerable<ItemContent> items)
    {
        var stored = items.Select(item => item.Stored!).ToArray();
        var json = new byte[stored.Sum(item => item.Length)];
        JsonBlock.Read(stored, json);
        var at = 0;
        foreach (var item in stored)
        {
            yield return json.AsMemory(at, item.Length);
            at += item.Length;
        }
    }
}
