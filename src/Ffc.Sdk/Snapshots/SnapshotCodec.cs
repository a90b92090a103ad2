using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;

namespace Ffc.Sdk.Snapshots;

/// <summary>
/// Encodes a data set as a snapshot and decodes it again. The content is a full <c>data-sync</c> message that consists of the
/// items' original JSON. Its first member repeats the environment and the data version, so that metadata of another snapshot is
/// detected. Decoding validates everything.
/// </summary>
internal static class SnapshotCodec
{
    // Far more than any environment needs, and small enough for memory.
    private const int MaxJsonBytes = 256 * 1024 * 1024;

    // The highest compression ratio that DEFLATE can reach. A higher claimed size is wrong.
    private const int MaxGzipRatio = 1032;

    /// <summary>Encodes a data set.</summary>
    public static Snapshot Encode(DataSet data, IServerProtocol protocol, DateTimeOffset now)
    {
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Optimal, leaveOpen: true))
            WriteJson(data, protocol, gzip.Write);

        var metadata = new SnapshotMetadata(
            SnapshotMetadata.CurrentSchema,
            data.Version,
            protocol.ServerName,
            protocol.EnvironmentName,
            data.FlagsById.Count,
            data.SegmentsById.Count,
            Hash(data, protocol),
            now);
        return new Snapshot { Metadata = metadata.Write(), Content = content.ToArray() };
    }

    /// <summary>Computes the SHA-256 of a data set's JSON, which the metadata contains.</summary>
    public static string Hash(DataSet data, IServerProtocol protocol)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        WriteJson(data, protocol, hash.AppendData);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Decodes a stored snapshot. Never throws.</summary>
    public static SnapshotDecodeResult Decode(
        IReadOnlyDictionary<string, string> metadata, ReadOnlyMemory<byte> content, IServerProtocol protocol)
    {
        try
        {
            if (SnapshotMetadata.ReadSchemaVersion(metadata) is > SnapshotMetadata.CurrentSchema and var schema)
                return SnapshotDecodeResult.NewerSchema(schema);
            if (SnapshotMetadata.Read(metadata) is not { SchemaVersion: SnapshotMetadata.CurrentSchema } info)
                return SnapshotDecodeResult.Damaged("its metadata is incomplete or malformed");
            if (info.Server != protocol.ServerName)
                return SnapshotDecodeResult.Damaged($"it is from another kind of server than {protocol.ServerName}");
            if (info.Environment != protocol.EnvironmentName)
                return SnapshotDecodeResult.Damaged($"it belongs to another environment than {protocol.EnvironmentName}");
            if (!TryInflate(content, out var json))
                return SnapshotDecodeResult.Damaged("it is truncated or not gzip");
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(json.Span));
            if (!string.Equals(sha256, info.Sha256, StringComparison.OrdinalIgnoreCase))
                return SnapshotDecodeResult.Damaged("its SHA-256 does not match its metadata");
            if (!json.Span.StartsWith(Prefix(protocol, info.DataVersion)))
                return SnapshotDecodeResult.Damaged("its content does not match its metadata");
            if (protocol.Format.ReadMessage(json.Span) is not { IsFull: true } sync)
                return SnapshotDecodeResult.Damaged("it is not a full data-sync message");

            // The writer may be a version of the SDK that reads items which this version cannot read. They are skipped, as in a
            // message of the server.
            var (flags, segments) = (info.Flags - sync.Flags.Count, info.Segments - sync.Segments.Count);
            return flags >= 0 && segments >= 0 && flags + segments == sync.InvalidItems.Count
                ? SnapshotDecodeResult.Valid(new SnapshotData(info, sync))
                : SnapshotDecodeResult.Damaged("its number of flags or segments does not match its metadata");
        }
        catch (ProtocolException exception)
        {
            return SnapshotDecodeResult.Damaged($"its JSON is invalid: {exception.SafeMessage()}");
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return SnapshotDecodeResult.Damaged($"decoding it failed ({exception.GetType().Name})");
        }
    }

    // The storage name needs no escaping: it is safe in URIs and therefore in JSON.
    private static byte[] Prefix(IServerProtocol protocol, long version)
    {
        var snapshot = $$"""{"environment":"{{protocol.EnvironmentName}}","dataVersion":{{version}}}""";
        return Encoding.ASCII.GetBytes(
            $$"""{"snapshot":{{snapshot}},"messageType":"data-sync","data":{"eventType":"full","featureFlags":[""");
    }

    private static void WriteJson(DataSet data, IServerProtocol protocol, Action<ReadOnlySpan<byte>> write)
    {
        write(Prefix(protocol, data.Version));
        WriteItems(data.FlagsById.Values, write);
        write("],\"segments\":["u8);
        WriteItems(data.SegmentsById.Values, write);
        write("]}}"u8);
    }

    // Sorted by id: equal data gives equal bytes, and similar neighbours compress well.
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

    private static bool TryInflate(ReadOnlyMemory<byte> gzip, out ReadOnlyMemory<byte> json)
    {
        json = default;
        if (gzip.Length < sizeof(uint))
            return false;

        // The last four bytes of gzip data are the uncompressed size.
        var size = BinaryPrimitives.ReadUInt32LittleEndian(gzip.Span[^sizeof(uint)..]);
        if (size > MaxJsonBytes || size > (long)gzip.Length * MaxGzipRatio)
            return false;

        try
        {
            json = Gzip.Inflate(gzip, MaxJsonBytes, sizeHint: (int)size);
            return json.Length == size;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
