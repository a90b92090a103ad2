using BenchmarkDotNet.Attributes;
using Ffc.Sdk;

namespace Ffc.Benchmarks;

/// <summary>All of an environment's flags for one user, as a browser asks for them.</summary>
[MemoryDiagnoser]
[CategoriesColumn]
[BenchmarkCategory("all of 1,000 flags")]
public class AllFlagsBenchmarks
{
    private static readonly string[] Keys = FlagScenarios.SegmentKeys(FlagScenarios.Segment);

    private readonly FfcClient _client = FlagScenarios.Client();
    private readonly FfcUser _seen = FlagScenarios.User(Keys[4_217]);
    private int _next;

    [Benchmark(Description = "seen user"), Target("<= 200 us")]
    public AllFlagStates SeenUser() => _client.GetAllFlags(_seen);

    [Benchmark(Description = "new user"), Target("")]
    public AllFlagStates NewUser() => _client.GetAllFlags(FlagScenarios.User(Keys[_next = (_next + 1) % Keys.Length]));
}
