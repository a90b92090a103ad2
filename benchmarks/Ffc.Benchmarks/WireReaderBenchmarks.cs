using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.Benchmarks;

/// <summary>
/// Reads 2,000 flags with <see cref="Sdk.Protocol.Ffc.WireReader"/> and with the source generator of System.Text.Json.
/// The results are per flag.
/// </summary>
[MemoryDiagnoser]
[CategoriesColumn]
[BenchmarkCategory("read 2,000 flags")]
public class WireReaderBenchmarks
{
    private const int FlagCount = 2_000;

    private readonly IncomingItem<Flag>[] _flags = CreateFlags();

    [GlobalSetup]
    public void Check()
    {
        foreach (var item in _flags)
        {
            var (expected, actual) = (WithWireReader(item), WithSerializer(item));
            if (expected.Ff!.KeyName != actual.Ff!.KeyName
                || expected.Fftuwmtr!.Length != actual.Fftuwmtr!.Length
                || expected.TargetIndividuals!.Length != actual.TargetIndividuals!.Length
                || expected.VariationOptions![^1].VariationValue != actual.VariationOptions![^1].VariationValue)
                throw new InvalidOperationException($"the readers return different flags for {expected.Ff.KeyName}");
        }
    }

    [Benchmark(Baseline = true, Description = "WireReader", OperationsPerInvoke = FlagCount)]
    public int WireReader()
    {
        var rules = 0;
        foreach (var item in _flags)
            rules += WithWireReader(item).Fftuwmtr!.Length;
        return rules;
    }

    [Benchmark(Description = "System.Text.Json source generator", OperationsPerInvoke = FlagCount)]
    public int Serializer()
    {
        var rules = 0;
        foreach (var item in _flags)
            rules += WithSerializer(item).Fftuwmtr!.Length;
        return rules;
    }

    internal static IncomingItem<Flag> CreateItem(ReadOnlyMemory<byte> json) =>
        new("", 0, false, json, (_, _) => throw new NotSupportedException());

    internal static WireFlag WithWireReader(IncomingItem<Flag> item) => Sdk.Protocol.Ffc.WireReader.Parse(item);

    internal static SerializerFlag WithSerializer(IncomingItem<Flag> item) =>
        JsonSerializer.Deserialize(item.Json.Span, SerializerContext.Default.SerializerFlag)!;

    private static IncomingItem<Flag>[] CreateFlags()
    {
        using var message = JsonDocument.Parse(RealisticData.Full(FlagCount));
        var flags = message.RootElement.GetProperty("data").GetProperty("featureFlags");
        return [.. flags.EnumerateArray().Select(flag => CreateItem(Encoding.UTF8.GetBytes(flag.GetRawText())))];
    }
}
