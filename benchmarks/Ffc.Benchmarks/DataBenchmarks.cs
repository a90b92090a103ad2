using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Benchmarks;

/// <summary>What a message of the server costs, from its bytes to the swap.</summary>
[MemoryDiagnoser]
[CategoriesColumn]
[BenchmarkCategory("10,000 flags")]
public class DataBenchmarks
{
    private const int Flags = 10_000;
    private const long FirstVersion = 1_800_000_000_000;

    private readonly byte[] _full = RealisticData.Full(Flags);
    private readonly byte[] _patch = RealisticData.Patch(Flags / 2, FirstVersion);
    private readonly DataStore _store = new(NullLogger<DataStore>.Instance);
    private int _versionAt;
    private long _version = FirstVersion;

    [GlobalSetup]
    public void Fill()
    {
        _versionAt = _patch.AsSpan().IndexOf(Encoding.ASCII.GetBytes(FirstVersion.ToString(CultureInfo.InvariantCulture)));
        _store.Apply(ServerMessage.Read(_full)!);
        if (_store.Current.Flags.Count != Flags || Patch().Count == 0)
            throw new InvalidOperationException("the data is not what it should be");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"// full: {_full.Length:N0} bytes, patch: {_patch.Length:N0} bytes"));
    }

    [Benchmark(Description = "full, parsed, compiled and swapped"), Target("<= 300 ms")]
    public IReadOnlyCollection<string> Full() => new DataStore(NullLogger<DataStore>.Instance).Apply(ServerMessage.Read(_full)!);

    [Benchmark(Description = "patch of one flag"), Target("<= 2 ms")]
    public IReadOnlyCollection<string> Patch()
    {
        // Newer each time, or there would be nothing to do.
        (++_version).TryFormat(_patch.AsSpan(_versionAt), out _, provider: CultureInfo.InvariantCulture);
        return _store.Apply(ServerMessage.Read(_patch)!);
    }
}
