using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Ffc.DevServer.Insights;
using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Dashboard;

/// <summary>Describes the parts of a flag in words.</summary>
internal static class FlagWords
{
    private const int MaxLength = 40;

    // A segment can contain many users, so its JSON is read once.
    private static readonly ConditionalWeakTable<Segment, string> SegmentNames = [];

    // Compiled ends of ranges differ from those in the file by rounding.
    private const double MinShare = 1e-9;

    /// <summary>Describes a type, such as <c>boolean</c>.</summary>
    public static string Describe(FlagValueKind kind) => kind switch
    {
        FlagValueKind.Boolean => "boolean",
        FlagValueKind.Number => "number",
        FlagValueKind.Json => "JSON",
        _ => "string",
    };

    /// <summary>Describes a rule, such as <c>plan is one of pro, team → true</c>.</summary>
    public static string Describe(Rule rule, DataSet data) => $"{DescribeConditions(rule, data)} → {Describe(rule.Rollouts)}";

    /// <summary>Describes the clauses of a rule, such as <c>plan is one of pro, team and country is FR</c>.</summary>
    public static string DescribeConditions(Rule rule, DataSet data) =>
        rule.Clauses.Length == 0 ? "every user" : string.Join(" and ", rule.Clauses.Select(clause => Describe(clause, data)));

    /// <summary>Describes rollouts, such as <c>true</c> or <c>50% true, 50% false</c>.</summary>
    public static string Describe(RolloutGroup group) => Shares(group) switch
    {
        [] => "nothing",
        [var only] => Describe(only.Variation),
        var shares => string.Join(", ", shares.Select(share => $"{Percent(share.Share)} {Describe(share.Variation)}")),
    };

    /// <summary>The share of users that each rollout gets, from 0 to 1. Of overlapping rollouts, the first one applies.</summary>
    public static IReadOnlyList<(Variation? Variation, double Share)> Shares(RolloutGroup group)
    {
        var rollouts = group.Rollouts;
        double[] bounds = [.. rollouts.SelectMany(rollout => new[] { rollout.Min, rollout.Max }).Append(0).Append(1)
            .Where(bound => bound is >= 0 and <= 1).Distinct().Order()];
        return
        [
            .. from range in bounds.Zip(bounds.Skip(1))
               let first = Array.Find(rollouts, rollout => rollout.Min <= range.First && range.Second <= rollout.Max)
               where first is not null
               group range.Second - range.First by first into parts
               let share = parts.Sum()
               where share > MinShare
               select (parts.Key.Variation, share),
        ];
    }

    /// <summary>Describes a variation by its value.</summary>
    public static string Describe(Variation? variation) =>
        variation is null ? "a deleted variation" : Shorten(variation.Text);

    /// <summary>Formats a share, such as <c>12.5%</c>.</summary>
    public static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    /// <summary>Shortens a value for a line of text. An empty value is shown as such.</summary>
    public static string Shorten(string text) =>
        text.Length == 0 ? "(empty)" : text.Length <= MaxLength ? text : $"{text[..MaxLength]}…";

    /// <summary>The name of a segment; its id if it has no name or does not exist.</summary>
    public static string NameOfSegment(string id, DataSet data) =>
        data.SegmentById(id) is { } segment ? SegmentNames.GetValue(segment, ReadName) : id;

    private static string ReadName(Segment segment)
    {
        using var document = JsonDocument.Parse(segment.Content.ReadJson());
        return JsonView.Text(document.RootElement, "name") is { Length: > 0 } name ? name : segment.Id;
    }

    private static string Describe(Clause clause, DataSet data)
    {
        if (clause.Operation == Operation.InSegment)
        {
            var names = string.Join(", ", clause.SegmentIds.Select(id => NameOfSegment(id, data)));
            return $"user {ClauseText.OperationOf(clause)} {names}".TrimEnd();
        }

        var property = ClauseText.NameOf(clause.Property, clause.PropertyName);
        return $"{property} {ClauseText.OperationOf(clause)} {ClauseText.OperandOf(clause)}".TrimEnd();
    }
}
