using System.Globalization;
using System.Text.Json;

namespace Ffc.Benchmarks;

/// <summary>
/// Creates the flags and segments of a mature environment in the wire format. The distribution of rules, targets and
/// prerequisites is that of the reference data of the tests.
/// </summary>
internal sealed class RealisticData
{
    private const long Epoch = 1_790_000_000_000;
    private const int SegmentCount = 100;

    private static readonly string[] Domains = ["example.com", "example.org", "corp.example", "mail.example"];
    private static readonly string[] Countries = ["SE", "DE", "FR", "NO", "FI", "DK", "NL", "PL", "ES", "IT"];
    private static readonly string[] Plans = ["free", "team", "business", "enterprise"];

    private static readonly string[][] Values =
    [
        ["true", "false"],
        ["1", "2.5", "-7", "1000"],
        ["red", "green", "blue", "vert é"],
        ["""{"limit":10,"unit":"s"}""", """{"limit":60,"unit":"s"}""", """{"limit":0}"""],
    ];

    // A fixed seed, so that runs can be compared.
    private readonly Random _random = new(20261123);

    /// <summary>Creates a <c>data-sync</c> message of type <c>full</c>.</summary>
    /// <param name="flagCount">The number of generated flags.</param>
    /// <param name="moreFlags">Additional flags.</param>
    /// <param name="moreSegments">Additional segments.</param>
    public static byte[] Full(int flagCount, object[]? moreFlags = null, object[]? moreSegments = null)
    {
        var data = new RealisticData();
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            messageType = "data-sync",
            data = new
            {
                eventType = "full",
                featureFlags = (object[])
                    [.. Enumerable.Range(0, flagCount).Select(number => data.Flag(number, Epoch + number)), .. moreFlags ?? []],
                segments = (object[])[.. Enumerable.Range(0, SegmentCount).Select(data.Segment), .. moreSegments ?? []],
            },
        });
    }

    /// <summary>Creates a <c>data-sync</c> message of type <c>patch</c> with one changed flag.</summary>
    /// <param name="flag">The number of the flag.</param>
    /// <param name="version">The new timestamp of the flag, as Unix time in milliseconds.</param>
    public static byte[] Patch(int flag, long version) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        messageType = "data-sync",
        data = new
        {
            eventType = "patch",
            featureFlags = new[] { new RealisticData().Flag(flag, version) },
            segments = Array.Empty<object>(),
        },
    });

    /// <summary>Creates a flag with the given parts.</summary>
    public static object Flag(
        string key, string[] values, object[] rules, object[] defaultRollouts, FlagParts? parts = null, long version = Epoch)
    {
        parts ??= new FlagParts();
        return new
        {
            _Id = key,
            id = FlagId(key),
            environmentId = 3,
            isArchived = false,
            ff = new
            {
                id = FlagId(key),
                name = $"Flag {key}",
                type = 1,
                keyName = key,
                environmentId = 3,
                creatorUserId = "someone",
                status = parts.Enabled ? "Enabled" : "Disabled",
                isDefaultRulePercentageRolloutsIncludedInExpt = parts.InExperiment,
                lastUpdatedTime = "2026-09-09T00:00:00Z",
                defaultRulePercentageRollouts = defaultRollouts,
                variationOptionWhenDisabled = Variation(values, 0),
            },
            ffp = parts.Prerequisites,
            fftuwmtr = rules,
            targetIndividuals = parts.Targets,
            variationOptions = values.Select((_, i) => Variation(values, i)).ToArray(),
            exptIncludeAllRules = parts.InExperiment,
            timestamp = version,
        };
    }

    public static object Rule(object[] clauses, params object[] rollouts) => new
    {
        ruleId = "r",
        ruleName = "rule",
        isIncludedInExpt = (bool?)null,
        ruleJsonContent = clauses,
        valueOptionsVariationRuleValues = rollouts,
    };

    public static object Clause(string property, string? operation, string value) => new { property, operation, value };

    public static object InSegment(string id) => Clause("User is in segment", null, JsonSerializer.Serialize(new[] { id }));

    public static object Rollout(double min, double max, string[] values, int index) => new
    {
        exptRollout = (double?)null,
        rolloutPercentage = new[] { min, max },
        valueOption = Variation(values, index),
    };

    public static object Segment(
        string id, IEnumerable<string> included, string[]? excluded = null, object[]? rules = null) => new
        {
            id,
            envId = 3,
            name = $"segment {id}",
            isArchived = false,
            timestamp = Epoch,
            included,
            excluded = excluded ?? [],
            rules = rules ?? [],
        };

    private static string FlagId(string key) => $"FF__1__2__3__{key}";

    private static string Key(int flag) => string.Create(CultureInfo.InvariantCulture, $"flag-{flag}");

    private static string Team(int number) => string.Create(CultureInfo.InvariantCulture, $"team-{number}");

    private static string SegmentId(int segment) => string.Create(CultureInfo.InvariantCulture, $"segment-{segment}");

    private static object Variation(string[] values, int index) =>
        new { localId = index + 1, displayOrder = index, variationValue = values[index] };

    private object Flag(int number, long version)
    {
        var values = Pick(Values);
        var parts = new FlagParts
        {
            Enabled = _random.Next(10) > 0,
            InExperiment = _random.Next(3) switch { 0 => true, 1 => false, _ => null },
            // Prerequisites are earlier flags, so that there are chains but no cycles.
            Prerequisites = number > 0 && _random.Next(4) == 0 ? [.. Some(1, 2, () => Prerequisite(number, values))] : [],
            Targets = _random.Next(4) > 0 ? [.. Some(1, 2, () => Target(values))] : [],
        };
        var rules = Some(0, 4, () => Rule([.. Some(1, 3, () => Clause(number))], Rollouts(values))).ToArray();
        return Flag(Key(number), values, rules, Rollouts(values), parts, version);
    }

    private object Prerequisite(int number, string[] values) => new
    {
        prerequisiteFeatureFlagId = FlagId(Key(_random.Next(number))),
        valueOptionsVariationValue = Variation(values, 0),
    };

    private object[] Rollouts(string[] values)
    {
        if (_random.Next(2) == 0)
            return [Rollout(0, 1, values, _random.Next(values.Length))];

        var share = Math.Round(_random.NextDouble(), 4);
        return [Rollout(0, share, values, 0), Rollout(share, 1, values, 1)];
    }

    private object Target(string[] values) => new
    {
        individuals = Some(1, 14, () => User()).Select(user => new
        {
            id = user,
            name = $"Name {user}",
            keyId = user,
            email = $"{user}@{Pick(Domains)}",
        }).ToArray(),
        valueOption = Variation(values, _random.Next(values.Length)),
    };

    /// <summary>Creates a clause. One in fifteen is a pattern, and all patterns are different.</summary>
    private object Clause(int number) => _random.Next(15) switch
    {
        0 => Clause("Email", "MatchRegex", $"@{Team(number)}\\.(example|corp)\\.(com|org)$"),
        1 => Clause("age", "BiggerThan", Number(18, 80)),
        2 => Clause("age", "LessEqualThan", Number(18, 80)),
        3 => Clause("score", "BiggerEqualThan", $"{Number(0, 9)}.{Number(10, 99)}"),
        4 => Clause("Country", "IsOneOf", JsonSerializer.Serialize(Some(2, 8, () => Pick(Countries)))),
        5 => Clause("plan", "NotOneOf", JsonSerializer.Serialize(Some(1, 3, () => Pick(Plans)))),
        6 => Clause("plan", "Equal", Pick(Plans)),
        7 => Clause("Country", "NotEqual", Pick(Countries)),
        8 => Clause("Email", "EndsWith", Pick(Domains)),
        9 => Clause("Name", "StartsWith", Pick(["A", "Be", "Car"])),
        10 => Clause("Email", "Contains", Pick(Domains)),
        11 => Clause("beta", Pick(["IsTrue", "IsFalse"]), ""),
        12 => Clause("KeyId", "NotContain", User()),
        13 => InSegment(SegmentId(_random.Next(SegmentCount))),
        _ => Clause("User is not in segment", null, JsonSerializer.Serialize(new[] { SegmentId(_random.Next(SegmentCount)) })),
    };

    private object Segment(int number) => Segment(
        SegmentId(number),
        [.. Some(0, 200, User)],
        [.. Some(0, 10, User)],
        [.. Some(0, 2, () => new
        {
            ruleId = "s",
            ruleName = "s",
            ruleJsonContent = new[] { Clause("Country", "Equal", Pick(Countries)), Clause("plan", "Equal", Pick(Plans)) },
        })]);

    private string User() => $"user-{Number(0, 100_000)}";

    private string Number(int min, int max) => _random.Next(min, max).ToString(CultureInfo.InvariantCulture);

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    private IEnumerable<T> Some<T>(int min, int max, Func<T> create) =>
        [.. Enumerable.Range(0, _random.Next(min, max + 1)).Select(_ => create())];

    /// <summary>The parts of a flag besides rules and rollouts.</summary>
    internal sealed record FlagParts
    {
        public bool Enabled { get; init; } = true;

        public bool? InExperiment { get; init; }

        public object[] Prerequisites { get; init; } = [];

        public object[] Targets { get; init; } = [];
    }
}
