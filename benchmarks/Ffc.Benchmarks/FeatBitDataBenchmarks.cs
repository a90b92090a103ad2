using System.Text;
using BenchmarkDotNet.Attributes;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.FeatBit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Benchmarks;

/// <summary>Reads, compiles and applies a message of a FeatBit server.</summary>
[MemoryDiagnoser]
[CategoriesColumn]
[BenchmarkCategory("FeatBit: 10,000 flags")]
public class FeatBitDataBenchmarks
{
    private const int FlagCount = 10_000;
    private const long FirstVersion = 1_800_000_000_000;

    private readonly byte[] _full = FeatBitData.Convert(RealisticData.Full(FlagCount));
    private readonly byte[] _patch = FeatBitData.Convert(RealisticData.Patch(FlagCount / 2, FirstVersion));
    private readonly DataStore _store = new(NullLogger<DataStore>.Instance);
    private int _versionAt;
    private long _version = FirstVersion;

    [GlobalSetup]
    public void Fill()
    {
        _versionAt = _patch.AsSpan().IndexOf(Encoding.ASCII.GetBytes(FeatBitData.Time(FirstVersion)));
        _store.Apply(FeatBitWireFormat.Instance.ReadMessage(_full)!);
        if (_store.Current.Flags.Count != FlagCount || Patch().Count == 0)
            throw new InvalidOperationException("the message was not applied completely");
    }

    [Benchmark(Description = "full data set, read, compiled and applied"), Target("<= 300 ms")]
    public IReadOnlyCollection<string> Full() =>
        DataBenchmarks.Receive(FeatBitWireFormat.Instance, _full);

    [Benchmark(Description = "patch of one flag"), Target("<= 2 ms")]
    public IReadOnlyCollection<string> Patch()
    {
        // A higher version each time, because other patches are ignored.
        Encoding.ASCII.GetBytes(FeatBitData.Time(++_version), _patch.AsSpan(_versionAt));
        return _store.Apply(FeatBitWireFormat.Instance.ReadMessage(_patch)!);
    }
}
