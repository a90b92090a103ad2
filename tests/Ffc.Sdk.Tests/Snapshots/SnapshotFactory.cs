using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>Creates snapshots from flags and segments.</summary>
internal static class SnapshotFactory
{
    public static readonly IServerProtocol Environment = ServerProtocol.Parse(Clients.Secret);

    public static readonly IServerProtocol OtherEnvironment =
        ServerProtocol.Parse(Convert.ToBase64String("other-env%20260101000000__1__2__4__default_00001"u8));

    public static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static readonly string Name = SnapshotMetadata.GetName(Environment.EnvironmentName);

    /// <summary>Creates the data that a server sent.</summary>
    public static DataSet CreateData(params ItemJson[] items)
    {
        var store = new DataStore(NullLogger<DataStore>.Instance, keepJson: true);
        store.RequestingFull();
        store.Apply(MessageJson.Read(MessageJson.Full(items)));
        return store.Current;
    }

    public static Snapshot Create(params ItemJson[] items) => SnapshotCodec.Encode(CreateData(items), Environment, Noon);

    /// <summary>Copies the snapshot with one metadata value replaced, or removed if null.</summary>
    public static Snapshot WithMetadata(this Snapshot snapshot, string name, string? value)
    {
        var metadata = new Dictionary<string, string>(snapshot.Metadata);
        metadata.Remove(name);
        if (value is not null)
            metadata[name] = value;
        return snapshot with { Metadata = metadata };
    }

    /// <summary>Copies the snapshot with other JSON, compressed and with its hash in the metadata.</summary>
    public static Snapshot WithJson(this Snapshot snapshot, byte[] json) =>
        (snapshot with { Content = Compress(json) }).WithMetadata("sha256", Convert.ToHexStringLower(SHA256.HashData(json)));

    /// <inheritdoc cref="WithJson(Snapshot, byte[])"/>
    public static Snapshot WithJson(this Snapshot snapshot, Func<string, string> change) =>
        snapshot.WithJson(Encoding.UTF8.GetBytes(change(Json(snapshot))));

    public static string Json(Snapshot snapshot)
    {
        using var gzip = new GZipStream(new MemoryStream(snapshot.Content.ToArray()), CompressionMode.Decompress);
        return new StreamReader(gzip, Encoding.UTF8).ReadToEnd();
    }

    public static SnapshotDecodeResult Decode(this Snapshot snapshot, IServerProtocol? environment = null) =>
        SnapshotCodec.Decode(snapshot.Metadata, snapshot.Content, environment ?? Environment);

    /// <summary>The flags of the snapshot, as <c>key@version</c>.</summary>
    public static string Flags(this Snapshot snapshot) => Flags(snapshot.Metadata, snapshot.Content);

    /// <inheritdoc cref="Flags(Snapshot)"/>
    public static string Flags(this SnapshotEntry entry) => Flags(entry.Metadata, entry.Content);

    private static string Flags(IReadOnlyDictionary<string, string> metadata, ReadOnlyMemory<byte> content) => string.Join(
        ' ',
        SnapshotCodec.Decode(metadata, content, Environment).Data!.Sync.Flags
            .Select(flag => $"{WireReader.Parse(flag).Ff!.KeyName}@{flag.Version}"));

    private static byte[] Compress(byte[] json)
    {
        var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Fastest))
            gzip.Write(json);
        return content.ToArray();
    }
}
