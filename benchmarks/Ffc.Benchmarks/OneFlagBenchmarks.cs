using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Ffc.Sdk;

namespace Ffc.Benchmarks;

/// <summary>Evaluates one flag for one user, the most frequent call of an application.</summary>
[MemoryDiagnoser]
[CategoriesColumn]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class OneFlagBenchmarks
{
    private const string DefaultRollout = "default rollout";
    private const string FifthRule = "fifth rule matches";
    private const string WithoutPatterns = "fifth rule matches, no patterns";

    private static readonly string[] Keys = FlagScenarios.SegmentKeys(FlagScenarios.Segment);

    private readonly FfcClient _client = FlagScenarios.Client();
    private readonly FfcUser _seen = FlagScenarios.User(Keys[4_217]);
    private readonly FeatureManagementComparison _featureManagement = new(Keys[4_217]);
    private int _next;

    /// <summary>Verifies that the flags are evaluated as the benchmark names say.</summary>
    [GlobalSetup]
    public async Task Check()
    {
        foreach (var user in new[] { _seen, NewUser() })
        {
            if (_client.VariationDetail(FlagScenarios.DefaultRollout, user, false).Reason != EvaluationReasons.FallThrough)
                throw new InvalidOperationException("the first flag does not return its default rollout");
            var fifthRule = _client.VariationDetail(FlagScenarios.FifthRule, user, false);
            if (fifthRule is not { Reason: EvaluationReasons.RuleMatch, Value: true })
                throw new InvalidOperationException("the fifth rule of the second flag does not match");
            var withoutPatterns = _client.VariationDetail(FlagScenarios.FifthRuleWithoutPatterns, user, false);
            if (withoutPatterns is not { Reason: EvaluationReasons.RuleMatch, Value: true, IsSplit: true })
                throw new InvalidOperationException("the fifth rule of the third flag does not match");
        }

        if (!await _featureManagement.FifthRule().ConfigureAwait(false))
            throw new InvalidOperationException("the fifth filter does not match the user");
    }

    [Benchmark(Baseline = true, Description = "seen user"), BenchmarkCategory(DefaultRollout), Target("<= 100 ns, 0 B")]
    public bool DefaultRolloutSeenUser() => _client.Variation(FlagScenarios.DefaultRollout, _seen, false);

    [Benchmark(Description = "new user"), BenchmarkCategory(DefaultRollout), Target("<= 250 ns")]
    public bool DefaultRolloutNewUser() => _client.Variation(FlagScenarios.DefaultRollout, NewUser(), false);

    [Benchmark(Description = "Microsoft.FeatureManagement"), BenchmarkCategory(DefaultRollout)]
    public ValueTask<bool> DefaultRolloutFeatureManagement() => _featureManagement.DefaultRollout();

    [Benchmark(Baseline = true, Description = "seen user"), BenchmarkCategory(FifthRule), Target("<= 300 ns, 0 B")]
    public bool FifthRuleSeenUser() => _client.Variation(FlagScenarios.FifthRule, _seen, false);

    [Benchmark(Description = "new user"), BenchmarkCategory(FifthRule), Target("seen user + 600 ns")]
    public bool FifthRuleNewUser() => _client.Variation(FlagScenarios.FifthRule, NewUser(), false);

    [Benchmark(Description = "Microsoft.FeatureManagement"), BenchmarkCategory(FifthRule)]
    public ValueTask<bool> FifthRuleFeatureManagement() => _featureManagement.FifthRule();

    [Benchmark(Baseline = true, Description = "seen user"), BenchmarkCategory(WithoutPatterns), Target("<= 300 ns, 0 B")]
    public bool WithoutPatternsSeenUser() => _client.Variation(FlagScenarios.FifthRuleWithoutPatterns, _seen, false);

    [Benchmark(Description = "new user"), BenchmarkCategory(WithoutPatterns), Target("<= 300 ns")]
    public bool WithoutPatternsNewUser() => _client.Variation(FlagScenarios.FifthRuleWithoutPatterns, NewUser(), false);

    // A new key each time, so that no cached value of a user is reused.
    private FfcUser NewUser() => FlagScenarios.User(Keys[_next = (_next + 1) % Keys.Length]);
}
