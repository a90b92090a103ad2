using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.Benchmarks;

/// <summary>
/// Reads 2,000 flags with <see cref="Sdk.Protocol.Ffc.WireReader"/> and with the source generator of System.Text.Json. Times are per
/// flag.
/// </summary>
[MemoryDiagnoser]
[CategoriesColumn]
[BenchmarkCategory("read 2,000 flags")]
public class WireReaderBenchmarks
{
    private const int FlagCount = 2_000;

    private readonly byte[][] _flags = ReadFlags();

    [GlobalSetup]
    public void Check()
    {
        foreach (var json in _flags)
        {
            var (expected, actual) = (WithWireReader(json), WithSerializer(json));
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
        foreach (var json in _flags)
            rules += WithWireReader(json).Fftuwmtr!.Length;
        return rules;
    }

    [Benchmark(Description = "System.Text.Json source generator", OperationsPerInvoke = FlagCount)]
    public int Serializer()
    {
        var rules = 0;
        foreach (var json in _flags)
            rules += WithSerializer(json).Fftuwmtr!.Length;
        return rules;
    }

    internal static WireFlag WithWireReader(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return Sdk.Protocol.Ffc.WireReader.ReadFlag(ref reader)!;
    }

    internal static SerializerFlag WithSerializer(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, SerializerContext.Default.SerializerFlag)!;

    private static byte[][] ReadFlags()
    {
        using var message = JsonDocument.Parse(RealisticData.Full(FlagCount));
        var flags = message.RootElement.GetProperty("data").GetProperty("featureFlags");
        return [.. flags.EnumerateArray().Select(flag => Encoding.UTF8.GetBytes(flag.GetRawText()))];
    }
}
