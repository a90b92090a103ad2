using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>Snapshots that tests write down.</summary>
internal static class SnapshotOf
{
    public static readonly EnvironmentSecret Environment = EnvironmentSecret.Parse(Clients.Secret);

    public static readonly EnvironmentSecret OtherEnvironment =
        EnvironmentSecret.Parse(Convert.ToBase64String("other-env%20260101000000__1__2__4__default_00001"u8));

    public static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static readonly string Name = SnapshotMetadata.NameOf(Environment);

    /// <summary>The data that a server's answer makes.</summary>
    public static DataSet Data(params ItemJson[] items)
    {
        var store = new DataStore(NullLogger<DataStore>.Instance);
        store.RequestingFull();
        store.Apply(MessageJson.Read(MessageJson.Full(items)));
        return store.Current;
    }

    public static Snapshot Items(params ItemJson[] items) => SnapshotCodec.Encode(Data(items), Environment, Noon);

    /// <summary>The same snapshot, one thing in its metadata being another; null takes it away.</summary>
    public static Snapshot With(this Snapshot snapshot, string name, string? value)
    {
        var metadata = new Dictionary<string, string>(snapshot.Metadata);
        metadata.Remove(name);
        if (value is not null)
            metadata[name] = value;
        return snapshot with { Metadata = metadata };
    }

    /// <summary>The same metadata over another JSON: zipped, and with its hash.</summary>
    public static Snapshot WithJson(this Snapshot snapshot, byte[] json) =>
        (snapshot with { Content = Zip(json) }).With("sha256", Convert.ToHexStringLower(SHA256.HashData(json)));

    /// <inheritdoc cref="WithJson(Snapshot, byte[])"/>
    public static Snapshot WithJson(this Snapshot snapshot, Func<string, string> change) =>
        snapshot.WithJson(Encoding.UTF8.GetBytes(change(Json(snapshot))));

    public static string Json(Snapshot snapshot)
    {
        using var gzip = new GZipStream(new MemoryStream(snapshot.Content.ToArray()), CompressionMode.Decompress);
        return new StreamReader(gzip, Encoding.UTF8).ReadToEnd();
    }

    public static long DataVersion(this Snapshot snapshot) => long.Parse(snapshot.Metadata["dataversion"], CultureInfo.InvariantCulture);

    /// <summary>The flags in it, as <c>key@version</c>.</summary>
    public static string Flags(this Snapshot snapshot) => string.Join(' ', SnapshotCodec.Decode(snapshot, Environment).Data!.Sync.Flags
        .Select(flag => $"{WireReader.Parse(flag).Ff!.KeyName}@{flag.Version}"));

    private static byte[] Zip(byte[] json)
    {
        var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
            gzip.Write(json);
        return zipped.ToArray();
    }
}
