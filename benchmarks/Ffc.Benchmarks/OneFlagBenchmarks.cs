using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Ffc.Sdk;

namespace Ffc.Benchmarks;

/// <summary>One flag for one user: the call that an application makes all day.</summary>
[MemoryDiagnoser]
[CategoriesColumn]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class OneFlagBenchmarks
{
    private const string DefaultRollout = "default rollout";
    private const string FifthRule = "fifth rule matches";

    private static readonly string[] Keys = FlagScenarios.SegmentKeys(FlagScenarios.Segment);

    private readonly FfcClient _client = FlagScenarios.Client();
    private readonly FfcUser _seen = FlagScenarios.User(Keys[4_217]);
    private readonly FeatureManagementRival _rival = new(Keys[4_217]);
    private int _next;

    /// <summary>What is measured must be what it says it is.</summary>
    [GlobalSetup]
    public async Task Check()
    {
        foreach (var user in new[] { _seen, NewUser() })
        {
            if (_client.VariationDetail(FlagScenarios.DefaultRollout, user, false).Reason != EvaluationReasons.FallThrough)
                throw new InvalidOperationException("the first flag does not answer by its default rollout");
            if (_client.VariationDetail(FlagScenarios.FifthRule, user, false) is not { Reason: EvaluationReasons.RuleMatch, Value: true })
                throw new InvalidOperationException("the second flag does not answer by its fifth rule");
        }

        if (!await _rival.FifthRule().ConfigureAwait(false))
            throw new InvalidOperationException("the fifth filter does not take the user");
    }

    [Benchmark(Baseline = true, Description = "seen user"), BenchmarkCategory(DefaultRollout), Target("<= 100 ns, 0 B")]
    public bool DefaultRolloutSeenUser() => _client.Variation(FlagScenarios.DefaultRollout, _seen, false);

    [Benchmark(Description = "new user"), BenchmarkCategory(DefaultRollout), Target("seen user + 600 ns")]
    public bool DefaultRolloutNewUser() => _client.Variation(FlagScenarios.DefaultRollout, NewUser(), false);

    [Benchmark(Description = "Microsoft.FeatureManagement"), BenchmarkCategory(DefaultRollout)]
    public ValueTask<bool> DefaultRolloutFeatureManagement() => _rival.DefaultRollout();

    [Benchmark(Baseline = true, Description = "seen user"), BenchmarkCategory(FifthRule), Target("<= 300 ns, 0 B")]
    public bool FifthRuleSeenUser() => _client.Variation(FlagScenarios.FifthRule, _seen, false);

    [Benchmark(Description = "new user"), BenchmarkCategory(FifthRule), Target("seen user + 600 ns")]
    public bool FifthRuleNewUser() => _client.Variation(FlagScenarios.FifthRule, NewUser(), false);

    [Benchmark(Description = "Microsoft.FeatureManagement"), BenchmarkCategory(FifthRule)]
    public ValueTask<bool> FifthRuleFeatureManagement() => _rival.FifthRule();

    // Another key each time, so that nothing that is remembered of a user can help.
    private FfcUser NewUser() => FlagScenarios.User(Keys[_next = (_next + 1) % Keys.Length]);
}
