using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.FeatureFilters;

namespace Ffc.Benchmarks;

/// <summary>
/// The same two evaluations with Microsoft.FeatureManagement: a percentage of users with its targeting filter, and a feature with
/// five filters of which the fifth matches the user. The library has no rules, so that a custom filter implements them.
/// </summary>
internal sealed class FeatureManagementComparison
{
    private readonly IVariantFeatureManager _features;
    private readonly TargetingContext _targetingContext;
    private readonly RuleContext _ruleContext;

    public FeatureManagementComparison(string userKey)
    {
        const string Flags = "feature_management:feature_flags";
        const string Rollout = $"{Flags}:0:conditions:client_filters:0";
        var settings = new Dictionary<string, string?>
        {
            [$"{Flags}:0:id"] = FlagScenarios.DefaultRollout,
            [$"{Flags}:0:enabled"] = "true",
            [$"{Rollout}:name"] = "Microsoft.Targeting",
            [$"{Rollout}:parameters:Audience:DefaultRolloutPercentage"] = "50",
            [$"{Flags}:1:id"] = FlagScenarios.FifthRule,
            [$"{Flags}:1:enabled"] = "true",
            [$"{Flags}:1:conditions:requirement_type"] = "Any",
        };
        for (var i = 0; i < FlagScenarios.Rules.Length; i++)
        {
            settings[$"{Flags}:1:conditions:client_filters:{i}:name"] = "Rule";
            settings[$"{Flags}:1:conditions:client_filters:{i}:parameters:Rule"] = $"{i}";
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddFeatureManagement()
            .AddFeatureFilter<ContextualTargetingFilter>()
            .AddFeatureFilter<RuleFilter>();
        _features = services.BuildServiceProvider().GetRequiredService<IVariantFeatureManager>();

        _targetingContext = new TargetingContext { UserId = userKey };
        _ruleContext = new RuleContext(userKey, "anna.larsson@team-42.example.com", Age: 47, "city-25");
    }

    public ValueTask<bool> DefaultRollout() => _features.IsEnabledAsync(FlagScenarios.DefaultRollout, _targetingContext);

    public ValueTask<bool> FifthRule() => _features.IsEnabledAsync(FlagScenarios.FifthRule, _ruleContext);

    private sealed record RuleContext(string Key, string Email, double Age, string City);

    /// <summary>The parsed operands of a rule.</summary>
    private sealed record RuleSettings(RuleScenario Rule)
    {
        public FrozenSet<string> Cities { get; } = Rule.Cities.ToFrozenSet(StringComparer.Ordinal);

        public Regex Pattern { get; } = new(
            Rule.Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

        public FrozenSet<string> Segment { get; } = FlagScenarios.SegmentKeys(Rule.Segment).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Evaluates the clauses of a rule in the same order. The age of the user is already a number.</summary>
    [FilterAlias("Rule")]
    private sealed class RuleFilter : IContextualFeatureFilter<RuleContext>, IFilterParametersBinder
    {
        public object BindParameters(IConfiguration parameters) =>
            new RuleSettings(FlagScenarios.Rules[parameters.GetValue<int>("Rule")]);

        public Task<bool> EvaluateAsync(FeatureFilterEvaluationContext context, RuleContext user)
        {
            var settings = (RuleSettings)context.Settings;
            var holds = settings.Rule.Last switch
            {
                RuleKind.Number => InCity() && Matches() && InSegment() && IsOld(),
                RuleKind.OneOf => IsOld() && Matches() && InSegment() && InCity(),
                RuleKind.Pattern => IsOld() && InCity() && InSegment() && Matches(),
                _ => IsOld() && InCity() && Matches() && InSegment(),
            };
            return Task.FromResult(holds);

            bool IsOld() => user.Age > settings.Rule.MinAge;
            bool InCity() => settings.Cities.Contains(user.City);
            bool Matches() => settings.Pattern.IsMatch(user.Email);
            bool InSegment() => settings.Segment.Contains(user.Key);
        }
    }
}
