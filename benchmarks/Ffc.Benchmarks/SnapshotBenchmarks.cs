using System.Globalization;
using BenchmarkDotNet.Attributes;
using Ffc.Sdk;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Snapshots;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Benchmarks;

/// <summary>Reads a snapshot as a cold start does, and writes one.</summary>
[MemoryDiagnoser]
[CategoriesColumn]
[BenchmarkCategory("10,000 flags")]
public class SnapshotBenchmarks
{
    private const int FlagCount = 10_000;

    private static readonly IServerProtocol Secret =
        ServerProtocol.Parse(Convert.ToBase64String("bench%20260101000000__1__2__3__default_00001"u8));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-benchmark-");
    private FileSnapshotStore _files = null!;
    private DataSet _data = null!;
    private string _name = "";

    [GlobalSetup]
    public async Task Write()
    {
        var message = RealisticData.Full(FlagCount);
        var store = new DataStore(NullLogger<DataStore>.Instance, keepJson: true);
        store.Apply(FfcWireFormat.Instance.ReadMessage(message)!);
        _data = store.Current;

        var snapshot = Encode();
        _files = new FileSnapshotStore(_folder.FullName);
        _name = SnapshotMetadata.GetName(Secret.EnvironmentName);
        await _files.TryWriteAsync(_name, snapshot, null).ConfigureAwait(false);
        if ((await Read().ConfigureAwait(false)).Count != FlagCount)
            throw new InvalidOperationException("the snapshot is incomplete");
        var ratio = message.Length / (double)snapshot.Content.Length;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"// JSON: {message.Length:N0} bytes, snapshot: {snapshot.Content.Length:N0} bytes, 1/{ratio:F1}"));
    }

    [GlobalCleanup]
    public void Delete() => _folder.Delete(recursive: true);

    [Benchmark(Description = "snapshot, read, verified, compiled and applied"), Target("<= 400 ms")]
    public async Task<IReadOnlyCollection<string>> Read()
    {
        var stored = await _files.ReadAsync(_name).ConfigureAwait(false);
        var store = new DataStore(NullLogger<DataStore>.Instance, keepJson: true);
        var read = SnapshotCodec.Decode(stored!.Metadata, stored.Content, Secret, store.PrepareMessage);
        return store.ApplySnapshot(read.Data!.Sync, read.Data.Metadata.DataVersion, 0)!;
    }

    [Benchmark(Description = "snapshot, created")]
    public Snapshot Encode() => SnapshotCodec.Encode(_data, Secret, DateTimeOffset.UnixEpoch);
}
