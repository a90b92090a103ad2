using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.Sdk.Snapshots;

/// <summary>What a snapshot holds.</summary>
internal sealed record SnapshotData(SnapshotMetadata Metadata, DataSync Sync);

/// <summary>What came of reading a snapshot: its data, or why it must not be used.</summary>
/// <param name="Data">The data; null when it is refused.</param>
/// <param name="Fault">Why it is refused, as the end of a sentence.</param>
/// <param name="IsWorthless">Whether it is refused for good, so that any other snapshot is better.</param>
internal readonly record struct SnapshotReading(SnapshotData? Data, string? Fault, bool IsWorthless)
{
    public static SnapshotReading Damaged(string fault) => new(null, fault, IsWorthless: true);
}

/// <summary>
/// Writes the data in force as a snapshot and reads it back: the <c>data-sync</c> message that a server would answer, made of the items'
/// own bytes, behind a member that ties it to its metadata. Nothing that is read is trusted.
/// </summary>
internal static class SnapshotCodec
{
    // Far more than any environment has, and little enough to be held while it is read.
    private const int MaxJsonBytes = 256 * 1024 * 1024;

    // No gzip holds more than so many times its own size: a length beyond is a lie.
    private const int MaxGzipRatio = 1032;

    /// <summary>Writes a snapshot.</summary>
    public static Snapshot Encode(DataSet data, EnvironmentSecret secret, DateTimeOffset now)
    {
        using var content = new MemoryStream();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var gzip = new GZipStream(content, CompressionLevel.Optimal, leaveOpen: true))
        {
            void Write(ReadOnlySpan<byte> json)
            {
                hash.AppendData(json);
                gzip.Write(json);
            }

            Write(Beginning(secret, data.Version.Revision));
            WriteItems(data.FlagsById.Values, Write);
            Write("],\"segments\":["u8);
            WriteItems(data.SegmentsById.Values, Write);
            Write("]}}"u8);
        }

        var metadata = new SnapshotMetadata(
            SnapshotMetadata.CurrentSchema,
            data.Version.Revision,
            secret.StorageName,
            data.FlagsById.Count,
            data.SegmentsById.Count,
            Convert.ToHexStringLower(hash.GetHashAndReset()),
            now);
        return new Snapshot(metadata.Write(), content.ToArray());
    }

    /// <summary>Reads a snapshot. Never throws.</summary>
    public static SnapshotReading Decode(Snapshot snapshot, EnvironmentSecret secret)
    {
        try
        {
            if (SnapshotMetadata.SchemaVersionOf(snapshot.Metadata) is > SnapshotMetadata.CurrentSchema and var schema)
                return new(null, $"its schema, version {schema}, is newer than the {SnapshotMetadata.CurrentSchema} that is known here", IsWorthless: false);
            if (SnapshotMetadata.Read(snapshot.Metadata) is not { } metadata || metadata.SchemaVersion != SnapshotMetadata.CurrentSchema)
                return SnapshotReading.Damaged("its metadata cannot be read");

            if (metadata.Environment != secret.StorageName)
                return SnapshotReading.Damaged($"it is of another environment than {secret.StorageName}");
            if (Unzip(snapshot.Content) is not { } json)
                return SnapshotReading.Damaged("it is cut off, or not gzip");
            if (!string.Equals(Convert.ToHexStringLower(SHA256.HashData(json)), metadata.Sha256, StringComparison.OrdinalIgnoreCase))
                return SnapshotReading.Damaged("its SHA-256 is not that of its metadata");
            if (!json.AsSpan().StartsWith(Beginning(secret, metadata.DataVersion)))
                return SnapshotReading.Damaged("its content is not what its metadata says");
            if (ServerMessage.Read(json) is not { IsFull: true } sync)
                return SnapshotReading.Damaged("it is not a full data-sync message");

            // What this version of the SDK cannot read, and the writer's could, is left out as it is when a server sends it.
            var (flags, segments) = (metadata.Flags - sync.Flags.Count, metadata.Segments - sync.Segments.Count);
            return flags >= 0 && segments >= 0 && flags + segments == sync.InvalidItems.Count
                ? new(new SnapshotData(metadata, sync), null, IsWorthless: false)
                : SnapshotReading.Damaged("it does not hold as many flags and segments as its metadata says");
        }
        catch (ProtocolException e)
        {
            return SnapshotReading.Damaged($"its JSON does not parse: {e.Message}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return SnapshotReading.Damaged($"reading it failed ({e.GetType().Name})");
        }
    }

    // The environment's name is fit for URIs, and so for JSON.
    private static byte[] Beginning(EnvironmentSecret secret, long dataVersion) => Encoding.ASCII.GetBytes(
        $$"""{"snapshot":{"environment":"{{secret.StorageName}}","dataVersion":{{dataVersion}}},"messageType":"data-sync","data":{"eventType":"full","featureFlags":[""");

    // In the order of their ids, so that the same data makes the same bytes, and neighbours are alike, which zips well.
    private static void WriteItems(IEnumerable<IDataItem> items, Action<ReadOnlySpan<byte>> write)
    {
        var first = true;
        foreach (var item in items.OrderBy(item => item.Id, StringComparer.Ordinal))
        {
            if (!first)
                write(","u8);
            write(item.Json.Span);
            first = false;
        }
    }

    /// <summary>The JSON; null when the gzip is damaged.</summary>
    private static byte[]? Unzip(ReadOnlyMemory<byte> gzip)
    {
        // The last four bytes say how long the JSON is.
        if (gzip.Length < sizeof(uint))
            return null;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(gzip.Span[^sizeof(uint)..]);
        if (length > MaxJsonBytes || length > (long)gzip.Length * MaxGzipRatio)
            return null;

        try
        {
            var json = GC.AllocateUninitializedArray<byte>((int)length);
            var bytes = MemoryMarshal.TryGetArray(gzip, out var array) ? array : gzip.ToArray();
            using var stream = new GZipStream(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count), CompressionMode.Decompress);
            var isWhole = stream.ReadAtLeast(json, json.Length, throwOnEndOfStream: false) == json.Length && stream.ReadByte() < 0;
            return isWhole ? json : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
