using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ffc.Sdk;

/// <summary>Insights as they go to the server in one request. Immutable.</summary>
public sealed class InsightBatch
{
    /// <summary>The version of the packed form, for names and checks.</summary>
    internal const int FormatVersion = 1;

    /// <summary>What is put behind the name of a container of batches to name that of the refused ones.</summary>
    internal const string RejectedSuffix = "-rejected";

    private const string Format = "ffc-insights";

    // Far more than any server takes in a request. It keeps a packed bomb from filling the memory.
    private const int MaxBytes = 64 * 1024 * 1024;

    internal InsightBatch(string id, string environment, int count, ReadOnlyMemory<byte> events) =>
        (Id, Environment, Count, Events) = (id, environment, count, events);

    /// <summary>
    /// A name that no other batch has, whichever instance makes it; sorts by the time the batch was made. Letters, digits and
    /// hyphens only.
    /// </summary>
    public string Id { get; }

    /// <summary>The environment that the insights belong to, as a name fit for files and blobs. Holds nothing of its secret.</summary>
    public string Environment { get; }

    /// <summary>How many events there are.</summary>
    public int Count { get; }

    /// <summary>The events as the server wants them: a JSON array in UTF-8.</summary>
    public ReadOnlyMemory<byte> Events { get; }

    /// <summary>Reads a packed batch.</summary>
    /// <param name="packed">What <see cref="Pack"/> gave.</param>
    /// <exception cref="InvalidDataException">It is damaged, or of another version; the message says which.</exception>
    public static InsightBatch Unpack(ReadOnlyMemory<byte> packed)
    {
        var content = Unzip(packed);
        var lineEnd = content.Span.IndexOf((byte)'\n');
        if (lineEnd < 0 || ReadHeader(content.Span[..lineEnd]) is not { Format: Format } header)
            throw new InvalidDataException("it is not a batch of insights");
        if (header.Version != FormatVersion)
            throw new InvalidDataException($"it has format version {header.Version}; this is version {FormatVersion}");

        var events = content[(lineEnd + 1)..];
        if (header is not { Id: { Length: > 0 } id, Environment: { Length: > 0 } environment, Events: > 0 }
            || !string.Equals(header.Sha256, Hash(events.Span), StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException("its content is not what its header says");

        return new InsightBatch(id, environment, header.Events, events);
    }

    /// <summary>
    /// Packs the batch to be kept: gzip over two lines, a JSON header (version, environment, number of events and their SHA-256) and
    /// the events.
    /// </summary>
    public byte[] Pack()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var header = new BatchHeader(Format, FormatVersion, Id, Environment, Count, Hash(Events.Span));
            JsonSerializer.Serialize(gzip, header, BatchJson.Default.BatchHeader);
            gzip.WriteByte((byte)'\n');
            gzip.Write(Events.Span);
        }

        return packed.ToArray();
    }

    /// <summary>Two batches in place of this one, which has two events or more. Splitting the same batch again gives the same two.</summary>
    internal (InsightBatch First, InsightBatch Second) Split()
    {
        using var events = JsonDocument.Parse(Events);
        var half = Count / 2;
        return (Part(events.RootElement.EnumerateArray().Take(half), "-1"), Part(events.RootElement.EnumerateArray().Skip(half), "-2"));
    }

    private static ReadOnlyMemory<byte> Unzip(ReadOnlyMemory<byte> packed)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed.ToArray(), writable: false), CompressionMode.Decompress);
            using var content = new MemoryStream();
            var buffer = ArrayPool<byte>.Shared.Rent(81_920);
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                if (content.Length + read > MaxBytes)
                    throw new InvalidDataException($"it is larger than {MaxBytes / (1024 * 1024)} MiB");
                content.Write(buffer, 0, read);
            }

            ArrayPool<byte>.Shared.Return(buffer);
            return content.GetBuffer().AsMemory(0, (int)content.Length);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("it ends too early", e);
        }
    }

    private static BatchHeader? ReadHeader(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, BatchJson.Default.BatchHeader);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Hash(ReadOnlySpan<byte> events) => Convert.ToHexStringLower(SHA256.HashData(events));

    private InsightBatch Part(IEnumerable<JsonElement> events, string suffix)
    {
        var buffer = new ArrayBufferWriter<byte>(Events.Length / 2);
        var count = 0;
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var item in events)
            {
                item.WriteTo(writer);
                count++;
            }

            writer.WriteEndArray();
        }

        return new InsightBatch(Id + suffix, Environment, count, buffer.WrittenMemory);
    }
}

/// <summary>The first line of a packed batch.</summary>
internal sealed record BatchHeader(string? Format, int Version, string? Id, string? Environment, int Events, string? Sha256);

/// <summary>The JSON context of packed batches.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BatchHeader))]
internal sealed partial class BatchJson : JsonSerializerContext;
