using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ffc.Sdk.Flags;

/// <summary>
/// The JSON of an item as it arrived: its hash, and where the JSON is kept if a snapshot needs it. The JSON itself would take as
/// much memory as the compiled item.
/// </summary>
/// <param name="Hash">The start of the JSON's SHA-256. Items with the same id, version and hash are the same.</param>
/// <param name="Stored">Where the JSON is kept; null if it is not.</param>
internal readonly record struct ItemContent(UInt128 Hash, StoredJson? Stored)
{
    // SHA-256 takes 21 ms for 10,000 flags. XxHash128 takes 1 ms, but as long when its code is not compiled yet, and it is one
    // more assembly for every user.
    public static UInt128 HashOf(ReadOnlySpan<byte> json)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(json, hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

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
