using BenchmarkDotNet.Attributes;
using Ffc.Sdk.Users;

namespace Ffc.Benchmarks;

/// <summary>The lookup of a custom property in an evaluation, compared with a dictionary.</summary>
[MemoryDiagnoser]
public class CustomPropertyBenchmarks
{
    private readonly CustomProperties _properties = new();
    private readonly Dictionary<string, string> _dictionary = new(StringComparer.Ordinal);
    private string _name = "";

    [Params(4, 8)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Create()
    {
        for (var i = 0; i < Count; i++)
        {
            _properties.Set($"property-{i}", $"value-{i}");
            _dictionary.Add($"property-{i}", $"value-{i}");
        }

        // A different string object than the stored name, as in a clause. It is in the middle, for the average cost of a linear
        // search.
        _name = string.Concat("property-", Count / 2);
    }

    [Benchmark(Baseline = true, Description = "CustomProperties")]
    public string? Properties() => _properties.TryGetValue(_name, out var value) ? value : null;

    [Benchmark(Description = "Dictionary")]
    public string? Dictionary() => _dictionary.TryGetValue(_name, out var value) ? value : null;
}
