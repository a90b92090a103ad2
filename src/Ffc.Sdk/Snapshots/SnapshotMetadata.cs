using System.Globalization;
using Ffc.Sdk.Protocol;

namespace Ffc.Sdk.Snapshots;

/// <summary>The metadata of a snapshot, which can be read without its content.</summary>
/// <param name="SchemaVersion">The version of the content's format.</param>
/// <param name="DataVersion">The version of the data set: the newest timestamp, in Unix milliseconds.</param>
/// <param name="Server">The kind of server: one of <see cref="ServerNames"/>.</param>
/// <param name="Environment">The storage name of the environment.</param>
/// <param name="Flags">The number of flags.</param>
/// <param name="Segments">The number of segments.</param>
/// <param name="Sha256">The hash of the uncompressed JSON, in lower-case hexadecimal.</param>
/// <param name="Written">The time of the write, by the writer's clock.</param>
internal sealed record SnapshotMetadata(
    int SchemaVersion,
    long DataVersion,
    string Server,
    string Environment,
    int Flags,
    int Segments,
    string Sha256,
    DateTimeOffset Written)
{
    /// <summary>The schema that this version of the SDK writes, and the newest schema that it reads.</summary>
    public const int CurrentSchema = 1;

    private const string SchemaVersionName = "schemaversion";
    private const string DataVersionName = "dataversion";
    private const string ServerName = "server";
    private const string EnvironmentName = "environment";
    private const string FlagsName = "flags";
    private const string SegmentsName = "segments";
    private const string Sha256Name = "sha256";
    private const string WrittenName = "written";

    private delegate bool Parser<T>(string? text, NumberStyles style, IFormatProvider? provider, out T value);

    /// <summary>The name under which the snapshot of an environment is stored.</summary>
    public static string GetName(string environmentName) => $"{environmentName}.json.gz";

    public static int? ReadSchemaVersion(IReadOnlyDictionary<string, string> metadata) =>
        TryRead(metadata, SchemaVersionName, int.TryParse, out int version) ? version : null;

    public static long? ReadDataVersion(IReadOnlyDictionary<string, string> metadata) =>
        TryRead(metadata, DataVersionName, long.TryParse, out long version) ? version : null;

    /// <summary>Reads what identifies a written snapshot. Unlike the ETag, its writer knows it.</summary>
    public static string ReadId(IReadOnlyDictionary<string, string> metadata) =>
        $"{metadata.GetValueOrDefault(Sha256Name)} {metadata.GetValueOrDefault(WrittenName)}";

    /// <summary>Reads metadata. Null if a value is missing or malformed.</summary>
    public static SnapshotMetadata? Read(IReadOnlyDictionary<string, string> metadata) =>
        ReadSchemaVersion(metadata) is { } schema
        && ReadDataVersion(metadata) is { } version
        && metadata.TryGetValue(EnvironmentName, out var environment)
        && TryRead(metadata, FlagsName, int.TryParse, out int flags)
        && TryRead(metadata, SegmentsName, int.TryParse, out int segments)
        && metadata.TryGetValue(Sha256Name, out var sha256)
        && metadata.TryGetValue(WrittenName, out var text)
        && DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var written)
            ? new SnapshotMetadata(
                schema,
                version,
                // Earlier versions of the SDK wrote snapshots of FFC only.
                metadata.GetValueOrDefault(ServerName, ServerNames.Ffc),
                environment,
                flags,
                segments,
                sha256,
                written)
            : null;

    public Dictionary<string, string> Write() => new(StringComparer.OrdinalIgnoreCase)
    {
        [SchemaVersionName] = SchemaVersion.ToString(CultureInfo.InvariantCulture),
        [DataVersionName] = DataVersion.ToString(CultureInfo.InvariantCulture),
        [ServerName] = Server,
        [EnvironmentName] = Environment,
        [FlagsName] = Flags.ToString(CultureInfo.InvariantCulture),
        [SegmentsName] = Segments.ToString(CultureInfo.InvariantCulture),
        [Sha256Name] = Sha256,
        [WrittenName] = Written.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
    };

    private static bool TryRead<T>(IReadOnlyDictionary<string, string> metadata, string name, Parser<T> parse, out T value)
    {
        value = default!;
        return metadata.TryGetValue(name, out var text)
            && parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}
