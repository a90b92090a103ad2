using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;

namespace Ffc.Sdk;

/// <summary>The insights of one request to the server. Immutable.</summary>
public sealed class InsightBatch
{
    /// <summary>The version of the packed form. Use it in names, to distinguish versions.</summary>
    public const int FormatVersion = 1;

    // Far more than a server accepts in one request. The limit includes the header.
    internal const int MaxBytes = 64 * 1024 * 1024;

    private const string Format = "ffc-insights";

    // A generated id has 38 characters, and each split adds two.
    private const int MaxIdLength = 200;

    internal InsightBatch(string id, string environment, int count, ReadOnlyMemory<byte> events) =>
        (Id, Environment, Count, Events) = (id, environment, count, events);

    /// <summary>
    /// The unique name of the batch among all instances. Ids sort by creation time and contain only letters, digits and hyphens.
    /// </summary>
    public string Id { get; }

    /// <summary>The name of the environment, valid in names of files and blobs. Contains no secret.</summary>
    public string Environment { get; }

    /// <summary>The kind of server whose format the events have: one of <see cref="ServerNames"/>.</summary>
    internal string Server { get; init; } = ServerNames.Ffc;

    /// <summary>The number of events.</summary>
    public int Count { get; }

    /// <summary>The events as the server expects them: a JSON array in UTF-8.</summary>
    public ReadOnlyMemory<byte> Events { get; }

    /// <summary>Reads a packed batch.</summary>
    /// <param name="packed">The result of <see cref="Pack"/>.</param>
    /// <param name="environment">The environment that the batch must belong to.</param>
    /// <param name="id">
    /// The id in the name of the stored object. The id in the packed data must be equal: the names of other objects are derived
    /// from it, and anyone who can write to the outbox can write packed data.
    /// </param>
    /// <exception cref="InvalidDataException">
    /// The data is damaged, has another format version, or does not belong to the name or to the environment.
    /// </exception>
    public static InsightBatch Unpack(ReadOnlyMemory<byte> packed, string environment, string id)
    {
        var content = Gzip.Inflate(packed, MaxBytes);
        var lineEnd = content.Span.IndexOf((byte)'\n');
        if (lineEnd < 0 || ReadHeader(content.Span[..lineEnd]) is not { Format: Format } header)
            throw new InvalidDataException("it is not a batch of insights");
        if (header.Version != FormatVersion)
            throw new InvalidDataException($"it has format version {header.Version}; this is version {FormatVersion}");

        var events = content[(lineEnd + 1)..];
        if (header.Environment != environment)
            throw new InvalidDataException("it belongs to another environment");
        if (header.Id != id || !IsValidId(id))
            throw new InvalidDataException("its id does not match its name");
        if (header.Events <= 0
            || !string.Equals(header.Sha256, Hash(events.Span), StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException("its content does not match its header");

        return new InsightBatch(id, environment, header.Events, events)
        {
            // Earlier versions of the SDK wrote batches for FFC only.
            Server = header.Server ?? ServerNames.Ffc,
        };
    }

    /// <summary>
    /// Packs the batch for an outbox. The result is gzip data of two lines: a JSON header (version, environment, number of
    /// events, their SHA-256 and the kind of server) and the events.
    /// </summary>
    public byte[] Pack()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var header = new BatchHeader(Format, FormatVersion, Id, Environment, Count, Hash(Events.Span), Server);
            JsonSerializer.Serialize(gzip, header, BatchJson.Default.BatchHeader);
            gzip.WriteByte((byte)'\n');
            gzip.Write(Events.Span);
        }

        return packed.ToArray();
    }

    /// <summary>Splits a batch of at least two events into two batches. The result is deterministic.</summary>
    internal (InsightBatch First, InsightBatch Second) Split()
    {
        using var events = JsonDocument.Parse(Events);
        var half = Count / 2;
        var items = events.RootElement.EnumerateArray();
        return (Part(items.Take(half), "-1"), Part(items.Skip(half), "-2"));
    }

    private static bool IsValidId(string id) =>
        id.Length is > 0 and <= MaxIdLength && id.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

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
                // Copied as it is, so that other escapes cannot make it longer.
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(item), skipInputValidation: true);
                count++;
            }

            writer.WriteEndArray();
        }

        return new InsightBatch(Id + suffix, Environment, count, buffer.WrittenMemory) { Server = Server };
    }
}

/// <summary>The first line of a packed batch.</summary>
internal sealed record BatchHeader(
    string? Format, int Version, string? Id, string? Environment, int Events, string? Sha256, string? Server);

/// <summary>The JSON context of packed batches.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BatchHeader))]
internal sealed partial class BatchJson : JsonSerializerContext;
