using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Benchmarks;

/// <summary>Reads, compiles and applies a message of the server.</summary>
[MemoryDiagnoser]
[CategoriesColumn]
[BenchmarkCategory("10,000 flags")]
public class DataBenchmarks
{
    private const int FlagCount = 10_000;
    private const long FirstVersion = 1_800_000_000_000;

    private readonly byte[] _full = RealisticData.Full(FlagCount);
    private readonly byte[] _patch = RealisticData.Patch(FlagCount / 2, FirstVersion);
    private readonly DataStore _store = new(NullLogger<DataStore>.Instance);
    private int _versionAt;
    private long _version = FirstVersion;

    [GlobalSetup]
    public void Fill()
    {
        _versionAt = _patch.AsSpan().IndexOf(Encoding.ASCII.GetBytes(FirstVersion.ToString(CultureInfo.InvariantCulture)));
        _store.Apply(FfcWireFormat.Instance.ReadMessage(_full)!);
        if (_store.Current.Flags.Count != FlagCount || Patch().Count == 0)
            throw new InvalidOperationException("the message was not applied completely");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"// full: {_full.Length:N0} bytes, patch: {_patch.Length:N0} bytes"));
    }

    /// <summary>Reads a full in parts, as it arrives, and applies it.</summary>
    internal static IReadOnlyCollection<string> Receive(WireFormat format, byte[] full)
    {
        var store = new DataStore(NullLogger<DataStore>.Instance);
        var reader = new MessageReader(format, store.PrepareMessage);
        for (var at = 0; at < full.Length;)
        {
            var memory = reader.GetMemory();
            var count = Math.Min(memory.Length, full.Length - at);
            full.AsMemory(at, count).CopyTo(memory);
            reader.Advance(count);
            at += count;
        }

        return store.Apply(reader.Complete()!);
    }

    [Benchmark(Description = "full data set, read, compiled and applied"), Target("<= 300 ms")]
    public IReadOnlyCollection<string> Full() =>
        Receive(FfcWireFormat.Instance, _full);

    [Benchmark(Description = "patch of one flag"), Target("<= 2 ms")]
    public IReadOnlyCollection<string> Patch()
    {
        // A higher version each time, because other patches are ignored.
        (++_version).TryFormat(_patch.AsSpan(_versionAt), out _, provider: CultureInfo.InvariantCulture);
        return _store.Apply(FfcWireFormat.Instance.ReadMessage(_patch)!);
    }
}
