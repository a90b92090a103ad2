using System.Globalization;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.Sdk.Snapshots;

/// <summary>What a snapshot says about itself, so that it can be judged without being read.</summary>
/// <param name="SchemaVersion">How its content is written.</param>
/// <param name="DataVersion">Which of two snapshots is newer: the newest time stamp in it, in unix milliseconds, or little more.</param>
/// <param name="Environment">The environment it is of.</param>
/// <param name="Flags">How many flags it holds.</param>
/// <param name="Segments">How many segments it holds.</param>
/// <param name="Sha256">The hash of its JSON, in lower-case hexadecimal.</param>
/// <param name="Written">When it was written, by the writer's clock.</param>
internal sealed record SnapshotMetadata(
    int SchemaVersion, long DataVersion, string Environment, int Flags, int Segments, string Sha256, DateTimeOffset Written)
{
    /// <summary>The schema that this version of the SDK writes, and the newest that it reads.</summary>
    public const int CurrentSchema = 1;

    private const string SchemaVersionName = "schemaversion";
    private const string DataVersionName = "dataversion";
    private const string EnvironmentName = "environment";
    private const string FlagsName = "flags";
    private const string SegmentsName = "segments";
    private const string Sha256Name = "sha256";
    private const string WrittenName = "written";

    /// <summary>The name under which an environment's snapshot is stored.</summary>
    public static string NameOf(EnvironmentSecret secret) => $"{secret.StorageName}.json.gz";

    public static int? SchemaVersionOf(IReadOnlyDictionary<string, string> metadata) =>
        Read(metadata, SchemaVersionName, int.TryParse, out int version) ? version : null;

    public static long? DataVersionOf(IReadOnlyDictionary<string, string> metadata) =>
        Read(metadata, DataVersionName, long.TryParse, out long version) ? version : null;

    /// <summary>Reads metadata of a schema that is known. Null when any of it is missing or malformed.</summary>
    public static SnapshotMetadata? Read(IReadOnlyDictionary<string, string> metadata) =>
        SchemaVersionOf(metadata) is { } schema
        && DataVersionOf(metadata) is { } version
        && metadata.TryGetValue(EnvironmentName, out var environment)
        && Read(metadata, FlagsName, int.TryParse, out int flags)
        && Read(metadata, SegmentsName, int.TryParse, out int segments)
        && metadata.TryGetValue(Sha256Name, out var sha256)
        && metadata.TryGetValue(WrittenName, out var text)
        && DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var written)
            ? new SnapshotMetadata(schema, version, environment, flags, segments, sha256, written)
            : null;

    public Dictionary<string, string> Write() => new(StringComparer.OrdinalIgnoreCase)
    {
        [SchemaVersionName] = SchemaVersion.ToString(CultureInfo.InvariantCulture),
        [DataVersionName] = DataVersion.ToString(CultureInfo.InvariantCulture),
        [EnvironmentName] = Environment,
        [FlagsName] = Flags.ToString(CultureInfo.InvariantCulture),
        [SegmentsName] = Segments.ToString(CultureInfo.InvariantCulture),
        [Sha256Name] = Sha256,
        [WrittenName] = Written.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
    };

    private delegate bool Parser<T>(string? text, NumberStyles style, IFormatProvider? provider, out T value);

    private static bool Read<T>(IReadOnlyDictionary<string, string> metadata, string name, Parser<T> parse, out T value)
    {
        value = default!;
        return metadata.TryGetValue(name, out var text) && parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}
