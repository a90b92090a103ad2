using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Ffc.Sdk;

namespace Ffc.Benchmarks;

/// <summary>
/// Evaluates the flags of <see cref="OneFlagBenchmarks"/> and <see cref="AllFlagsBenchmarks"/> in the format of FeatBit.
/// </summary>
[MemoryDiagnoser]
[CategoriesColumn]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class FeatBitBenchmarks
{
    private const string DefaultRollout = "FeatBit: default rollout";
    private const string FifthRule = "FeatBit: fifth rule matches";
    private const string AllFlags = "FeatBit: all of 1,000 flags";

    private static readonly string[] Keys = FlagScenarios.SegmentKeys(FlagScenarios.Segment);

    private readonly FfcClient _client = FlagScenarios.FeatBitClient();
    private readonly FfcUser _seen = FlagScenarios.User(Keys[4_217]);
    private int _next;

    /// <summary>Verifies that the flags are evaluated as the benchmark names say.</summary>
    [GlobalSetup]
    public void Check()
    {
        if (_client.VariationDetail(FlagScenarios.DefaultRollout, _seen, false) is not { Reason: EvaluationReasons.FallThrough })
            throw new InvalidOperationException("the first flag does not return its default rollout");
        var fifthRule = _client.VariationDetail(FlagScenarios.FifthRule, _seen, false);
        if (fifthRule is not { Reason: EvaluationReasons.RuleMatch, Value: true })
            throw new InvalidOperationException("the fifth rule of the second flag does not match");
    }

    [Benchmark(Baseline = true, Description = "seen user"), BenchmarkCategory(DefaultRollout), Target("<= 150 ns, 0 B")]
    public bool DefaultRolloutSeenUser() => _client.Variation(FlagScenarios.DefaultRollout, _seen, false);

    [Benchmark(Description = "new user"), BenchmarkCategory(DefaultRollout), Target("")]
    public bool DefaultRolloutNewUser() => _client.Variation(FlagScenarios.DefaultRollout, NewUser(), false);

    [Benchmark(Baseline = true, Description = "seen user"), BenchmarkCategory(FifthRule), Target("<= 350 ns, 0 B")]
    public bool FifthRuleSeenUser() => _client.Variation(FlagScenarios.FifthRule, _seen, false);

    [Benchmark(Baseline = true, Description = "seen user"), BenchmarkCategory(AllFlags), Target("<= 300 us")]
    public AllFlagStates AllFlagsSeenUser() => _client.GetAllFlags(_seen);

    // A new key each time, so that no cached value of a user is reused.
    private FfcUser NewUser() => FlagScenarios.User(Keys[_next = (_next + 1) % Keys.Length]);
}
