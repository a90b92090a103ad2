using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Snapshots;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Snapshots;

public sealed class SnapshotCodecTests
{
    private static readonly Snapshot Valid = SnapshotFactory.Create(
        new FlagJson("a", 5).Serves("é 😀"), new FlagJson("b", 7), new SegmentJson("s", 6).Includes("ina"));

    // The text that the error must contain, and the change that damages a valid snapshot.
    public static TheoryData<string, Func<Snapshot, Snapshot>> Damages => new()
    {
        { "another kind of server", s => s.WithMetadata("server", "featbit") },
        { "another environment", s => s.WithMetadata("environment", "1__2__4") },
        { "another environment", s => s.WithMetadata("environment", "") },
        { "metadata is incomplete", s => s.WithMetadata("environment", null) },
        { "metadata is incomplete", s => s.WithMetadata("schemaversion", null) },
        { "metadata is incomplete", s => s.WithMetadata("schemaversion", "one") },
        { "metadata is incomplete", s => s.WithMetadata("schemaversion", "0") },
        { "metadata is incomplete", s => s.WithMetadata("dataversion", null) },
        { "metadata is incomplete", s => s.WithMetadata("dataversion", "7.5") },
        { "metadata is incomplete", s => s.WithMetadata("flags", "many") },
        { "metadata is incomplete", s => s.WithMetadata("segments", null) },
        { "metadata is incomplete", s => s.WithMetadata("sha256", null) },
        { "metadata is incomplete", s => s.WithMetadata("written", "yesterday") },
        { "metadata is incomplete", s => s with { Metadata = new Dictionary<string, string>() } },
        { "content does not match", s => s.WithMetadata("dataversion", "8") },
        { "number of flags", s => s.WithMetadata("flags", "3") },
        { "number of flags", s => s.WithMetadata("segments", "0") },
        { "SHA-256", s => s.WithMetadata("sha256", new string('0', 64)) },
        { "SHA-256", s => s.WithMetadata("sha256", "") },
        { "truncated", s => s with { Content = s.Content[..^1] } },
        { "truncated", s => s with { Content = s.Content[..^8] } },
        { "truncated", s => s with { Content = s.Content[..(s.Content.Length / 2)] } },
        { "truncated", s => s with { Content = s.Content[..3] } },
        { "truncated", s => s with { Content = ReadOnlyMemory<byte>.Empty } },
        { "not gzip", s => s with { Content = Encoding.UTF8.GetBytes(SnapshotFactory.Json(s)) } },
        { "not gzip", s => s with { Content = new byte[1000] } },
        // The uncompressed size claims to be 4 GB.
        { "truncated", s => s with { Content = (byte[])[.. s.Content.Span[..^4], 255, 255, 255, 255] } },
        { "SHA-256", s => SnapshotFactory.Create(new FlagJson("a", 5)) with { Metadata = s.Metadata } },
        { "JSON is invalid", s => s.WithJson(json => json[..^1]) },
        { "JSON is invalid", s => s.WithJson(json => json + "}") },
        { "JSON is invalid", s => s.WithJson(json => Replace(json, "\"segments\":[", "\"segments\":7,\"more\":[")) },
        { "not a full", s => s.WithJson(json => json[..^2] + ""","eventType":"patch"}}""") },
        { "not a full", s => s.WithJson(json => json[..^1] + ""","messageType":"pong"}""") },
        {
            "content does not match",
            s => s.WithJson(_ => """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[]}}""")
        },
        { "content does not match", s => s.WithJson(json => Replace(json, "1__2__3", "1__2__4")) },
    };

    [Fact]
    public void Decode_returns_the_original_JSON_of_each_item()
    {
        const string Odd = """{ "id" : "f", "timestamp":-3 , "ff":{"keyName":"k","name":"\u00e9 é","""
            + """ "variationOptionWhenDisabled":{"localId":1,"variationValue":""}},"new":[1.50, 2] }""";
        var store = new DataStore(NullLogger<DataStore>.Instance, keepJson: true);
        store.Apply(MessageJson.Read("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[""" + Odd + "]}}"));

        var result = SnapshotCodec.Encode(store.Current, SnapshotFactory.Environment, SnapshotFactory.Noon).Decode();

        Assert.Null(result.Error);
        Assert.Equal(Odd, Encoding.UTF8.GetString(Assert.Single(result.Data!.Sync.Flags).Json.Span));
    }

    [Fact]
    public void A_snapshot_without_the_kind_of_server_is_from_FFC() =>
        Assert.Null(Valid.WithMetadata("server", null).Decode().Error);

    [Fact]
    public void Metadata_describes_the_content()
    {
        var metadata = SnapshotMetadata.Read(Valid.Metadata)!;

        Assert.Equal(
            (1, 7L, "ffc", "1__2__3", 2, 1),
            (
                metadata.SchemaVersion,
                metadata.DataVersion,
                metadata.Server,
                metadata.Environment,
                metadata.Flags,
                metadata.Segments));
        Assert.Equal(SnapshotFactory.Noon, metadata.Written);
        var json = Encoding.UTF8.GetBytes(SnapshotFactory.Json(Valid));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(json)), metadata.Sha256);
        Assert.All(Valid.Metadata, item => Assert.True(item.Key.All(char.IsAsciiLetterOrDigit) && Ascii.IsValid(item.Value)));
    }

    [Fact]
    public void Content_is_a_full_message_as_a_server_sends_it()
    {
        var sync = MessageJson.Read(SnapshotFactory.Json(Valid));

        Assert.True(sync.IsFull);
        Assert.Equal(["a", "b"], sync.Flags.Select(flag => WireReader.Parse(flag).Ff!.KeyName));
        Assert.Equal("s", Assert.Single(sync.Segments).Id);
    }

    [Fact]
    public void Equal_data_gives_equal_content_in_any_order() => Assert.Equal(
        Valid.Content.ToArray(),
        SnapshotFactory
            .Create(new SegmentJson("s", 6).Includes("ina"), new FlagJson("b", 7), new FlagJson("a", 5).Serves("é 😀"))
            .Content.ToArray());

    [Fact]
    public void An_environment_without_flags_has_a_valid_snapshot() =>
        Assert.Empty(SnapshotFactory.Create().Decode().Data!.Sync.Flags);

    [Fact]
    public void Name_is_that_of_the_environment_and_never_the_secret()
    {
        var odd = ServerProtocol.Parse(Convert.ToBase64String("x__a/b__..__ü%__y"u8));

        Assert.Equal("1__2__3.json.gz", SnapshotFactory.Name);
        Assert.Equal("a%2Fb__..__%C3%BC%25.json.gz", SnapshotMetadata.GetName(odd.EnvironmentName));
        var snapshot = SnapshotCodec.Encode(SnapshotFactory.CreateData(), odd, SnapshotFactory.Noon);
        Assert.Equal(odd.EnvironmentName, snapshot.Metadata["environment"]);
        Assert.DoesNotContain("golden-env", SnapshotFactory.Json(Valid), StringComparison.Ordinal);
    }

    [Fact]
    public void Content_is_at_most_an_eighth_of_the_JSON()
    {
        using var resource = typeof(SnapshotCodecTests).Assembly.GetManifestResourceStream("ffc-golden.json.gz")!;
        using var golden = new GZipStream(resource, CompressionMode.Decompress);
        using var document = JsonDocument.Parse(golden);
        var message = Encoding.UTF8.GetBytes(document.RootElement.GetProperty("dataSync").GetRawText());
        var store = new DataStore(NullLogger<DataStore>.Instance, keepJson: true);
        store.Apply(FfcWireFormat.Instance.ReadMessage(message)!);

        var snapshot = SnapshotCodec.Encode(store.Current, SnapshotFactory.Environment, SnapshotFactory.Noon);

        Assert.InRange(snapshot.Content.Length, 1, SnapshotFactory.Json(snapshot).Length / 8);
        Assert.Equal(80, snapshot.Decode().Data!.Sync.Flags.Count);
    }

    [Theory]
    [MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void A_damaged_or_foreign_snapshot_is_refused_and_can_be_overwritten(string error, Func<Snapshot, Snapshot> damage)
    {
        var result = damage(Valid).Decode();

        Assert.Null(result.Data);
        Assert.Contains(error, result.Error, StringComparison.Ordinal);
        Assert.True(result.CanBeOverwritten);
    }

    [Fact]
    public void A_newer_schema_is_refused_and_cannot_be_overwritten()
    {
        var result = Valid.WithMetadata("schemaversion", "2").WithMetadata("flags", null).Decode();

        Assert.Null(result.Data);
        Assert.Contains("version 2 is newer", result.Error, StringComparison.Ordinal);
        Assert.False(result.CanBeOverwritten);
    }

    [Fact]
    public void A_client_of_another_environment_refuses_the_snapshot() => Assert.Contains(
        "another environment", Valid.Decode(SnapshotFactory.OtherEnvironment).Error, StringComparison.Ordinal);

    private static string Replace(string json, string text, string replacement) =>
        json.Replace(text, replacement, StringComparison.Ordinal);
}
