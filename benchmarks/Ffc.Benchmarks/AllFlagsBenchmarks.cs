using BenchmarkDotNet.Attributes;
using Ffc.Sdk;

namespace Ffc.Benchmarks;

/// <summary>Evaluates all flags of an environment for one user, as for a browser.</summary>
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
    public AllFlagStates NewUser() => _client.GetAllFlags(CreateUser());

    private FfcUser CreateUser() => FlagScenarios.User(Keys[_next = (_next + 1) % Keys.Length]);
}
