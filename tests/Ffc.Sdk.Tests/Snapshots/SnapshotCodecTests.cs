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
    private static readonly Snapshot Good = SnapshotOf.Items(new FlagJson("a", 5).Serves("é 😀"), new FlagJson("b", 7), new SegmentJson("s", 6).Includes("ina"));

    // Each takes a good snapshot and spoils one thing, and says what the refusal must tell.
    public static TheoryData<string, Func<Snapshot, Snapshot>> Damages => new()
    {
        { "another environment", s => s.With("environment", "1__2__4") },
        { "another environment", s => s.With("environment", "") },
        { "metadata", s => s.With("environment", null) },
        { "metadata", s => s.With("schemaversion", null) },
        { "metadata", s => s.With("schemaversion", "one") },
        { "metadata", s => s.With("schemaversion", "0") },
        { "metadata", s => s.With("dataversion", null) },
        { "metadata", s => s.With("dataversion", "7.5") },
        { "metadata", s => s.With("flags", "many") },
        { "metadata", s => s.With("segments", null) },
        { "metadata", s => s.With("sha256", null) },
        { "metadata", s => s.With("written", "yesterday") },
        { "metadata", s => s with { Metadata = new Dictionary<string, string>() } },
        { "content is not what its metadata says", s => s.With("dataversion", "8") },
        { "as many", s => s.With("flags", "3") },
        { "as many", s => s.With("segments", "0") },
        { "SHA-256", s => s.With("sha256", new string('0', 64)) },
        { "SHA-256", s => s.With("sha256", "") },
        { "cut off", s => s with { Content = s.Content[..^1] } },
        { "cut off", s => s with { Content = s.Content[..^8] } },
        { "cut off", s => s with { Content = s.Content[..(s.Content.Length / 2)] } },
        { "cut off", s => s with { Content = s.Content[..3] } },
        { "cut off", s => s with { Content = ReadOnlyMemory<byte>.Empty } },
        { "not gzip", s => s with { Content = Encoding.UTF8.GetBytes(SnapshotOf.Json(s)) } },
        { "not gzip", s => s with { Content = new byte[1000] } },
        { "cut off", s => s with { Content = (byte[])[.. s.Content.Span[..^4], 255, 255, 255, 255] } }, // says that it is 4 GB
        { "SHA-256", s => SnapshotOf.Items(new FlagJson("a", 5)) with { Metadata = s.Metadata } },
        { "JSON does not parse", s => s.WithJson(json => json[..^1]) },
        { "JSON does not parse", s => s.WithJson(json => json + "}") },
        { "JSON does not parse", s => s.WithJson(json => json.Replace("\"segments\":[", "\"segments\":7,\"more\":[", StringComparison.Ordinal)) },
        { "not a full", s => s.WithJson(json => json[..^2] + ""","eventType":"patch"}}""") },
        { "not a full", s => s.WithJson(json => json[..^1] + ""","messageType":"pong"}""") },
        { "content is not what its metadata says", s => s.WithJson(_ => """{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[]}}""") },
        { "content is not what its metadata says", s => s.WithJson(json => json.Replace("1__2__3", "1__2__4", StringComparison.Ordinal)) },
    };

    [Fact]
    public void Data_is_read_back_to_the_letter()
    {
        const string Odd = """{ "id" : "f", "timestamp":-3 , "ff":{"keyName":"k","name":"\u00e9 é","variationOptionWhenDisabled":{"localId":1,"variationValue":""}},"new":[1.50, 2] }""";
        var store = new DataStore(NullLogger<DataStore>.Instance);
        store.Apply(MessageJson.Read("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[""" + Odd + "]}}"));

        var read = SnapshotCodec.Decode(SnapshotCodec.Encode(store.Current, SnapshotOf.Environment, SnapshotOf.Noon), SnapshotOf.Environment);

        Assert.Null(read.Fault);
        Assert.Equal(Odd, Encoding.UTF8.GetString(Assert.Single(read.Data!.Sync.Flags).Json.Span));
    }

    [Fact]
    public void The_metadata_tells_what_is_in_it()
    {
        var metadata = SnapshotMetadata.Read(Good.Metadata)!;

        Assert.Equal((1, 7L, "1__2__3", 2, 1), (metadata.SchemaVersion, metadata.DataVersion, metadata.Environment, metadata.Flags, metadata.Segments));
        Assert.Equal(SnapshotOf.Noon, metadata.Written);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(SnapshotOf.Json(Good)))), metadata.Sha256);
        Assert.All(Good.Metadata, item => Assert.True(item.Key.All(char.IsAsciiLetterOrDigit) && Ascii.IsValid(item.Value)));
    }

    [Fact]
    public void The_content_is_the_message_that_a_server_would_send()
    {
        var sync = MessageJson.Read(SnapshotOf.Json(Good));

        Assert.True(sync.IsFull);
        Assert.Equal(["a", "b"], sync.Flags.Select(flag => WireReader.Parse(flag).Ff!.KeyName));
        Assert.Equal("s", Assert.Single(sync.Segments).Id);
    }

    [Fact]
    public void The_same_data_makes_the_same_content_in_whatever_order_it_came() => Assert.Equal(
        Good.Content.ToArray(),
        SnapshotOf.Items(new SegmentJson("s", 6).Includes("ina"), new FlagJson("b", 7), new FlagJson("a", 5).Serves("é 😀")).Content.ToArray());

    [Fact]
    public void An_environment_without_flags_has_a_snapshot_too() =>
        Assert.Empty(SnapshotCodec.Decode(SnapshotOf.Items(), SnapshotOf.Environment).Data!.Sync.Flags);

    [Fact]
    public void Names_are_those_of_the_environment_and_never_the_secret()
    {
        var odd = EnvironmentSecret.Parse(Convert.ToBase64String("x__a/b__..__ü%__y"u8));

        Assert.Equal("1__2__3.json.gz", SnapshotOf.Name);
        Assert.Equal("a%2Fb__..__%C3%BC%25.json.gz", SnapshotMetadata.NameOf(odd));
        Assert.Equal(odd.StorageName, SnapshotCodec.Encode(SnapshotOf.Data(), odd, SnapshotOf.Noon).Metadata["environment"]);
        Assert.DoesNotContain("golden-env", SnapshotOf.Json(Good), StringComparison.Ordinal);
    }

    [Fact]
    public void It_takes_at_most_an_eighth_of_the_JSON()
    {
        using var golden = new GZipStream(typeof(SnapshotCodecTests).Assembly.GetManifestResourceStream("ffc-golden.json.gz")!, CompressionMode.Decompress);
        using var document = JsonDocument.Parse(golden);
        var message = Encoding.UTF8.GetBytes(document.RootElement.GetProperty("dataSync").GetRawText());
        var store = new DataStore(NullLogger<DataStore>.Instance);
        store.Apply(ServerMessage.Read(message)!);

        var snapshot = SnapshotCodec.Encode(store.Current, SnapshotOf.Environment, SnapshotOf.Noon);

        Assert.InRange(snapshot.Content.Length, 1, SnapshotOf.Json(snapshot).Length / 8);
        Assert.Equal(80, SnapshotCodec.Decode(snapshot, SnapshotOf.Environment).Data!.Sync.Flags.Count);
    }

    [Theory]
    [MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void What_is_damaged_or_foreign_is_refused_for_good_with_the_reason(string reason, Func<Snapshot, Snapshot> damage)
    {
        var reading = SnapshotCodec.Decode(damage(Good), SnapshotOf.Environment);

        Assert.Null(reading.Data);
        Assert.Contains(reason, reading.Fault, StringComparison.Ordinal);
        Assert.True(reading.IsWorthless);
    }

    [Fact]
    public void A_newer_schema_is_refused_and_yet_worth_keeping()
    {
        var reading = SnapshotCodec.Decode(Good.With("schemaversion", "2").With("flags", null), SnapshotOf.Environment);

        Assert.Null(reading.Data);
        Assert.Contains("version 2, is newer", reading.Fault, StringComparison.Ordinal);
        Assert.False(reading.IsWorthless);
    }

    [Fact]
    public void Another_environments_client_refuses_it() =>
        Assert.Contains("another environment", SnapshotCodec.Decode(Good, SnapshotOf.OtherEnvironment).Fault, StringComparison.Ordinal);
}
