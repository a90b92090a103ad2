using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.FeatureFilters;

namespace Ffc.Benchmarks;

/// <summary>
/// The same two questions put to Microsoft.FeatureManagement: a share of users by its own targeting filter, and a feature
/// of five filters of which the fifth takes the user. It brings no rules of its own; the filter below tests what a rule of ours does.
/// </summary>
internal sealed class FeatureManagementRival
{
    private readonly IVariantFeatureManager _features;
    private readonly TargetingContext _targeted;
    private readonly RuleContext _ruled;

    public FeatureManagementRival(string userKey)
    {
        var settings = new Dictionary<string, string?>
        {
            [$"feature_management:feature_flags:0:id"] = FlagScenarios.DefaultRollout,
            [$"feature_management:feature_flags:0:enabled"] = "true",
            [$"feature_management:feature_flags:0:conditions:client_filters:0:name"] = "Microsoft.Targeting",
            [$"feature_management:feature_flags:0:conditions:client_filters:0:parameters:Audience:DefaultRolloutPercentage"] = "50",
            [$"feature_management:feature_flags:1:id"] = FlagScenarios.FifthRule,
            [$"feature_management:feature_flags:1:enabled"] = "true",
            [$"feature_management:feature_flags:1:conditions:requirement_type"] = "Any",
        };
        for (var i = 0; i < FlagScenarios.Rules.Length; i++)
        {
            settings[$"feature_management:feature_flags:1:conditions:client_filters:{i}:name"] = "Rule";
            settings[$"feature_management:feature_flags:1:conditions:client_filters:{i}:parameters:Rule"] = $"{i}";
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddFeatureManagement()
            .AddFeatureFilter<ContextualTargetingFilter>()
            .AddFeatureFilter<RuleFilter>();
        _features = services.BuildServiceProvider().GetRequiredService<IVariantFeatureManager>();

        _targeted = new TargetingContext { UserId = userKey };
        _ruled = new RuleContext(userKey, "anna.larsson@team-42.example.com", Age: 47, "city-25");
    }

    public ValueTask<bool> DefaultRollout() => _features.IsEnabledAsync(FlagScenarios.DefaultRollout, _targeted);

    public ValueTask<bool> FifthRule() => _features.IsEnabledAsync(FlagScenarios.FifthRule, _ruled);

    private sealed record RuleContext(string Key, string Email, double Age, string City);

    /// <summary>A rule's operands, ready to be asked.</summary>
    private sealed record RuleSettings(RuleScenario Rule)
    {
        public FrozenSet<string> Cities { get; } = Rule.Cities.ToFrozenSet(StringComparer.Ordinal);

        public Regex Pattern { get; } = new(
            Rule.Pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

        public FrozenSet<string> Segment { get; } = FlagScenarios.SegmentKeys(Rule.Segment).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Tests what a rule of ours tests, in the same order, on a user whose age has been read as a number before.</summary>
    [FilterAlias("Rule")]
    private sealed class RuleFilter : IContextualFeatureFilter<RuleContext>, IFilterParametersBinder
    {
        public object BindParameters(IConfiguration parameters) => new RuleSettings(FlagScenarios.Rules[parameters.GetValue<int>("Rule")]);

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
