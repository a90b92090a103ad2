using System.Globalization;
using System.Text;

namespace Ffc.Sdk.Evaluation;

/// <summary>Writes an explanation as text.</summary>
internal static class ExplanationText
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static string Of(FlagExplanation explanation)
    {
        var text = new StringBuilder();
        Write(text, explanation, indent: "");
        return text.ToString().ReplaceLineEndings("\n").TrimEnd('\n');
    }

    private static void Write(StringBuilder text, FlagExplanation explanation, string indent)
    {
        var result = explanation.VariationId is null
            ? "the default"
            : $"variation {explanation.VariationId} '{explanation.Value}'";
        text.AppendLine(
            Culture, $"{indent}flag '{explanation.FlagKey}' for user '{explanation.UserKey}': {result} ({explanation.Reason})");
        indent += "  ";
        foreach (var hint in explanation.Hints)
            text.AppendLine(Culture, $"{indent}hint: {hint}");
        if (explanation.FlagName is null)
            return;

        text.AppendLine(Culture, $"{indent}the flag is {(explanation.IsOn ? "on" : "off")}");
        foreach (var prerequisite in explanation.Prerequisites)
            Write(text, prerequisite, indent);
        if (explanation.IsTargeted)
            text.AppendLine(Culture, $"{indent}the user is targeted individually");
        foreach (var rule in explanation.Rules)
            Write(text, rule, indent);
        foreach (var rollout in explanation.Rollouts)
            Write(text, rollout, indent);
        text.AppendLine(Culture, $"{indent}experiment: {explanation.ExperimentReason}");
    }

    private static void Write(StringBuilder text, PrerequisiteExplanation prerequisite, string indent)
    {
        text.AppendLine(
            Culture,
            $"{indent}prerequisite '{prerequisite.FlagKey}' must return variation {prerequisite.RequiredVariationId}: "
            + $"{(prerequisite.Holds ? "true" : "false")}, {prerequisite.Because}");
        if (prerequisite.Evaluation is { } evaluation)
            Write(text, evaluation, indent + "  ");
    }

    private static void Write(StringBuilder text, RuleExplanation rule, string indent)
    {
        text.AppendLine(Culture, $"{indent}rule {rule.Number}: {(rule.Matches ? "matches" : "does not match")}");
        foreach (var clause in rule.Clauses)
        {
            var test = $"{clause.Property} {clause.Operation} {clause.Operand}".TrimEnd();
            text.AppendLine(Culture, $"{indent}  {test}: {(clause.Holds ? "true" : "false")}{ValueOf(clause)}");
            foreach (var segment in clause.Segments)
                text.AppendLine(Culture, $"{indent}    {segment.Id}: {(segment.Contains ? "yes" : "no")}, {segment.Because}");
        }
    }

    private static string ValueOf(ClauseExplanation clause) =>
        clause.Segments.Count > 0 ? ""
        : clause.UserValue is { } value ? $", the value is '{value}'"
        : $", the user has no {clause.Property}";

    private static void Write(StringBuilder text, RolloutExplanation rollout, string indent)
    {
        var owner = rollout.RuleNumber is { } number ? $"rule {number}" : "the flag";
        var position = rollout.Percentage is { } percentage
            ? ClauseText.Format($", by {rollout.Property}: the user is at {percentage:0.######}")
            : "";
        text.AppendLine(Culture, $"{indent}rollout of {owner}{position}");
        foreach (var range in rollout.Ranges)
        {
            var variation = range.VariationId is null ? "deleted variation" : $"variation {range.VariationId} '{range.Value}'";
            var users = range.IsFallback
                ? "all other users"
                : ClauseText.Format($"{range.Start:0.######} to {range.End:0.######}");
            text.AppendLine(Culture, $"{indent}  {users}: {variation}{(range.IncludesUser ? " <- user" : "")}");
        }
    }
}
