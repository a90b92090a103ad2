using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.ExceptionServices;
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
    private const string NotGzip = "it is truncated or not gzip";

    // Far more than any environment needs, and small enough for memory.
    private const int MaxJsonBytes = 256 * 1024 * 1024;

    // How much JSON is in memory at once.
    private const int MaxPartBytes = 2 * 1024 * 1024;

    // Snapshots are usually smaller.
    private const int MinUsualRatio = 8;

    // The highest compression ratio that DEFLATE can reach. A higher claimed size is wrong.
    private const int MaxGzipRatio = 1032;

    /// <summary>Encodes a data set.</summary>
    public static Snapshot Encode(DataSet data, IServerProtocol protocol, DateTimeOffset now)
    {
        // With sufficient capacity, because the copies of a growing stream stay in the heap of large objects for long.
        using var content = new MemoryStream(Items(data).Sum(item => item.Content.Stored!.Length) / MinUsualRatio);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var gzip = new GZipStream(content, CompressionLevel.Optimal, leaveOpen: true))
        {
            WriteJson(data, protocol, json =>
            {
                gzip.Write(json);
                hash.AppendData(json);
            });
        }

        var metadata = new SnapshotMetadata(
            SnapshotMetadata.CurrentSchema,
            data.Version,
            protocol.ServerName,
            protocol.EnvironmentName,
            data.FlagsById.Count,
            data.SegmentsById.Count,
            Convert.ToHexStringLower(hash.GetHashAndReset()),
            now);
        return new Snapshot { Metadata = metadata.Write(), Content = content.GetBuffer().AsMemory(0, (int)content.Length) };
    }

    /// <summary>Computes the SHA-256 of a data set's JSON, which the metadata contains.</summary>
    public static string Hash(DataSet data, IServerProtocol protocol)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        WriteJson(data, protocol, hash.AppendData);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Decodes a stored snapshot. Never throws.</summary>
    /// <param name="metadata">The metadata of the snapshot.</param>
    /// <param name="content">The content of the snapshot.</param>
    /// <param name="protocol">The protocol of the environment that the snapshot must belong to.</param>
    /// <param name="prepareItems">Returns what prepares the items of a message; null to leave them unprepared.</param>
    public static SnapshotDecodeResult Decode(
        IReadOnlyDictionary<string, string> metadata,
        ReadOnlyMemory<byte> content,
        IServerProtocol protocol,
        Func<ItemPreparation>? prepareItems = null)
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
            return Decode(info, content, protocol, new MessageReader(protocol.Format, prepareItems));
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

    /// <summary>Inflates, hashes and reads the content in one pass, so that its JSON is never in memory as a whole.</summary>
    private static SnapshotDecodeResult Decode(
        SnapshotMetadata info, ReadOnlyMemory<byte> content, IServerProtocol protocol, MessageReader reader)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var prefix = Prefix(protocol, info.DataVersion);
        var isExpected = true;
        ExceptionDispatchInfo? error = null;
        try
        {
            var size = ReadSize(content.Span);
            var total = 0L;
            using var inflater = Gzip.OpenRead(content);
            while (total <= size)
            {
                var memory = reader.GetMemory();
                var count = inflater.ReadAtLeast(memory.Span, total == 0 ? prefix.Length : 1, throwOnEndOfStream: false);
                if (count == 0)
                    break;
                var json = memory.Span[..count];
                hash.AppendData(json);
                if (total == 0)
                    isExpected = json.StartsWith(prefix);
                if (isExpected && error is null)
                    error = TryAdvance(reader, count);
                total += count;
            }

            if (total != size)
                return SnapshotDecodeResult.Damaged(NotGzip);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            return SnapshotDecodeResult.Damaged(NotGzip);
        }

        // A wrong hash says more about the content than the error that is its consequence.
        if (!string.Equals(Convert.ToHexStringLower(hash.GetHashAndReset()), info.Sha256, StringComparison.OrdinalIgnoreCase))
            return SnapshotDecodeResult.Damaged("its SHA-256 does not match its metadata");
        if (!isExpected)
            return SnapshotDecodeResult.Damaged("its content does not match its metadata");
        error?.Throw();
        if (reader.Complete() is not { IsFull: true } sync)
            return SnapshotDecodeResult.Damaged("it is not a full data-sync message");

        // The writer may be a version of the SDK that reads items which this version cannot read. They are skipped, as in a
        // message of the server.
        var (flags, segments) = (info.Flags - sync.Flags.Count, info.Segments - sync.Segments.Count);
        return flags >= 0 && segments >= 0 && flags + segments == sync.InvalidItems.Count
            ? SnapshotDecodeResult.Valid(new SnapshotData(info, sync))
            : SnapshotDecodeResult.Damaged("its number of flags or segments does not match its metadata");
    }

    // The storage name needs no escaping: it is safe in URIs and therefore in JSON.
    private static byte[] Prefix(IServerProtocol protocol, long version)
    {
        var snapshot = $$"""{"environment":"{{protocol.EnvironmentName}}","dataVersion":{{version}}}""";
        return Encoding.ASCII.GetBytes(
            $$"""{"snapshot":{{snapshot}},"messageType":"data-sync","data":{"eventType":"full","featureFlags":[""");
    }

    private static IEnumerable<IDataItem> Items(DataSet data) =>
        data.FlagsById.Values.Concat<IDataItem>(data.SegmentsById.Values);

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
        StoredJson[] sorted = [.. items.OrderBy(item => item.Id, StringComparer.Ordinal).Select(item => item.Content.Stored!)];
        var (first, buffer) = (true, Array.Empty<byte>());
        for (var (start, end) = (0, 0); start < sorted.Length; start = end)
        {
            var bytes = 0;
            do
                bytes += sorted[end++].Length;
            while (end < sorted.Length && bytes + sorted[end].Length <= MaxPartBytes);

            if (buffer.Length < bytes)
                buffer = new byte[Math.Max(bytes, Math.Min(MaxPartBytes, sorted.Sum(json => json.Length)))];
            var part = sorted.AsSpan(start, end - start);
            JsonBlock.Read(part, buffer);
            var at = 0;
            foreach (var json in part)
            {
                if (!first)
                    write(","u8);
                write(buffer.AsSpan(at, json.Length));
                at += json.Length;
                first = false;
            }
        }
    }

    /// <summary>Returns the size of the JSON, which is in the last four bytes; -1 if it is not plausible.</summary>
    private static long ReadSize(ReadOnlySpan<byte> gzip)
    {
        if (gzip.Length < sizeof(uint))
            return -1;

        var size = BinaryPrimitives.ReadUInt32LittleEndian(gzip[^sizeof(uint)..]);
        return size <= MaxJsonBytes && size <= (long)gzip.Length * MaxGzipRatio ? size : -1;
    }

    private static ExceptionDispatchInfo? TryAdvance(MessageReader reader, int count)
    {
        try
        {
            reader.Advance(count);
            return null;
        }
        catch (Exception exception)
        {
            return ExceptionDispatchInfo.Capture(exception);
        }
    }
}
