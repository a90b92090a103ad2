using System.Globalization;
using System.Text;
using System.Text.Json;
using Ffc.Sdk;

namespace Ffc.Benchmarks;

/// <summary>
/// The two flags that are measured individually, among 1,000 others, and their users. All compared libraries use the same lists,
/// patterns and keys.
/// </summary>
internal static class FlagScenarios
{
    public const string DefaultRollout = "default-rollout";
    public const string FifthRule = "fifth-rule";
    public const string FifthRuleWithoutPatterns = "fifth-rule-without-patterns";
    public const string Segment = "customers";

    private const string OtherSegment = "strangers";

    private static readonly string[] Bools = ["true", "false"];

    /// <summary>
    /// Five rules with four clauses each: a number above a bound, one of 50 cities, a pattern in the e-mail address, a key among
    /// 10,000. The user matches the fifth rule. Each of the first four rules fails by one clause, each by another kind.
    /// </summary>
    public static readonly RuleScenario[] Rules =
    [
        new(MinAge: 65, Cities(withUser: true), @"@team-[0-9]+\.example\.com$", Segment, Last: RuleKind.Number),
        new(MinAge: 21, Cities(withUser: false), @"^[a-z]+\.[a-z]+@", Segment, Last: RuleKind.OneOf),
        new(MinAge: 18, Cities(withUser: true), @"@(team|guest)-[0-9]+\.example\.org$", Segment, Last: RuleKind.Pattern),
        new(MinAge: 30, Cities(withUser: true), @"larsson@", OtherSegment, Last: RuleKind.Segment),
        new(MinAge: 40, Cities(withUser: true), @"@(team|guest)-[0-9]+\.example\.com$", Segment, Last: RuleKind.Segment),
    ];

    public static FfcClient Client() => new(new FfcOptions { Offline = true, Bootstrap = Bootstrap() });

    /// <summary>Creates a client that evaluates the same flags in the format of FeatBit.</summary>
    public static FfcClient FeatBitClient() => new(new FfcOptions
    {
        EnvSecret = FeatBitData.Secret,
        Offline = true,
        Bootstrap = Encoding.UTF8.GetString(FeatBitData.Convert(Encoding.UTF8.GetBytes(Bootstrap()))),
    });

    /// <summary>Creates a client that evaluates the same flags and sends events to a server.</summary>
    public static FfcClient ConnectedClient(Uri server)
    {
        const string Secret = "YmVuY2glMjAyNjAxMDEwMDAwMDBfXzFfXzJfXzNfX2RlZmF1bHRfMDAwMDE=";
        return new FfcClient(new FfcOptions
        {
            EnvSecret = Secret,
            StreamingUri = new Uri("ws://127.0.0.1:1"),
            EventsUri = server,
            Bootstrap = Bootstrap(),
        });
    }

    private static string Bootstrap()
    {
        object[] half = [RealisticData.Rollout(0, 0.5, Bools, 0), RealisticData.Rollout(0.5, 1, Bools, 1)];
        object[] none = [RealisticData.Rollout(0, 1, Bools, 1)];
        object[] flags =
        [
            RealisticData.Flag(DefaultRollout, Bools, [], half),
            RealisticData.Flag(FifthRule, Bools, [.. Rules.Select(Rule)], none),
            RealisticData.Flag(FifthRuleWithoutPatterns, Bools, [.. Rules.Select(RuleWithoutPattern)], none),
        ];
        object[] segments = [.. new[] { Segment, OtherSegment }.Select(id => RealisticData.Segment(id, SegmentKeys(id)))];
        return Encoding.UTF8.GetString(RealisticData.Full(1_000, flags, segments));
    }

    public static string[] SegmentKeys(string segment) => [.. Enumerable.Range(0, 10_000).Select(i => UserKey(segment, i))];

    /// <summary>Returns the key of a user in a segment.</summary>
    public static string UserKey(string segment, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{segment}-{number:D6}");

    /// <summary>Creates a user who matches only the fifth rule.</summary>
    public static FfcUser User(string key) => FfcUser.Builder(key)
        .Email("anna.larsson@team-42.example.com")
        .Custom("age", "47")
        .Custom("city", "city-25")
        .Custom("plan", "business")
        .Build();

    private static string[] Cities(bool withUser) =>
        [.. Enumerable.Range(withUser ? 0 : 50, 50).Select(i => string.Create(CultureInfo.InvariantCulture, $"city-{i}"))];

    private static object Rule(RuleScenario rule) => RealisticData.Rule(
        [.. Enum.GetValues<RuleKind>().OrderBy(kind => kind == rule.Last).Select(kind => Clause(kind, rule))],
        RealisticData.Rollout(0, 1, Bools, 0));

    /// <summary>The same rules without their patterns, and with a split, so that a new user's hash is computed.</summary>
    private static object RuleWithoutPattern(RuleScenario rule) => RealisticData.Rule(
        [.. Enum.GetValues<RuleKind>()
            .Where(kind => kind != RuleKind.Pattern)
            .OrderBy(kind => kind == (rule.Last == RuleKind.Pattern ? RuleKind.Segment : rule.Last))
            .Select(kind => Clause(kind, rule.Last == RuleKind.Pattern ? rule with { Segment = OtherSegment } : rule))],
        RealisticData.Rollout(0, 0.5, Bools, 0),
        RealisticData.Rollout(0.5, 1, Bools, 0));

    private static object Clause(RuleKind kind, RuleScenario rule) => kind switch
    {
        RuleKind.Number => RealisticData.Clause("age", "BiggerThan", rule.MinAge.ToString(CultureInfo.InvariantCulture)),
        RuleKind.OneOf => RealisticData.Clause("city", "IsOneOf", JsonSerializer.Serialize(rule.Cities)),
        RuleKind.Pattern => RealisticData.Clause("Email", "MatchRegex", rule.Pattern),
        _ => RealisticData.InSegment(rule.Segment),
    };
}
