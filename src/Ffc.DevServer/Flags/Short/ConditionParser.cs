using System.Text.Json;
using System.Text.RegularExpressions;
using Ffc.DevServer.Json;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Flags.Short;

/// <summary>
/// Parses conditions in words, such as <c>plan is one of pro, team</c>, and as objects, such as
/// <c>{ "property": "plan", "is one of": ["pro", "team"] }</c>. The words are those of explanations.
/// </summary>
internal static partial class ConditionParser
{
    private const string User = "user";
    private const string Expected =
        "expected a property, an operator and a value, such as \"plan is one of pro, team\" or \"user is in segment beta\"";

    private static readonly Dictionary<string, string> Operations = new(StringComparer.Ordinal)
    {
        ["is"] = "Equal",
        ["is not"] = "NotEqual",
        ["is one of"] = "IsOneOf",
        ["is not one of"] = "NotOneOf",
        ["is true"] = "IsTrue",
        ["is false"] = "IsFalse",
        ["is greater than"] = "BiggerThan",
        ["is at least"] = "BiggerEqualThan",
        ["is less than"] = "LessThan",
        ["is at most"] = "LessEqualThan",
        ["contains"] = "Contains",
        ["does not contain"] = "NotContain",
        ["starts with"] = "StartsWith",
        ["ends with"] = "EndsWith",
        ["matches the pattern"] = "MatchRegex",
        ["does not match the pattern"] = "NotMatchRegex",
        ["is in segment"] = CompiledClauses.InSegment,
        ["is not in segment"] = CompiledClauses.NotInSegment,
    };

    private static string OperatorList => string.Join(", ", Operations.Keys);

    /// <summary>Parses one condition, or a list of conditions that must all be true.</summary>
    /// <exception cref="FormatException">A condition is invalid. The message names it and shows what is expected.</exception>
    public static IReadOnlyList<ShortCondition> Parse(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array when json.GetArrayLength() > 0 => [.. json.EnumerateArray().Select(ParseOne)],
        _ => [ParseOne(json)],
    };

    /// <summary>Describes conditions in words.</summary>
    public static string Describe(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString()!,
        JsonValueKind.Array => string.Join(" and ", json.EnumerateArray().Select(Describe)),
        _ => string.Join(' ', json.EnumerateObject().Select(
            (member, i) => i == 0 ? $"{member.Value}" : $"{member.Name} {member.Value}")),
    };

    private static ShortCondition ParseOne(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => ParseText(json.GetString()!),
        JsonValueKind.Object => ParseObject(json),
        _ => throw new FormatException($"the condition {json.GetRawText()} is invalid: {Expected}"),
    };

    private static ShortCondition ParseText(string text)
    {
        var match = Condition().Match(text);
        if (!match.Success)
            throw new FormatException($"the condition \"{text}\" is invalid: {Expected}; the operators are {OperatorList}");

        var (property, words, value) = (match.Groups["property"].Value, match.Groups["op"].Value, match.Groups["value"].Value);
        if (words is "is true" or "is false")
            return new ShortCondition(property, Operations[words], words == "is true" ? "IsTrue" : "IsFalse");
        if (value.Length == 0)
            throw new FormatException($"the condition \"{text}\" has no value after \"{words}\"");

        return Create(property, words, TakesList(words)
            ? [.. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
            : [value]);
    }

    private static ShortCondition ParseObject(JsonElement json)
    {
        if (json.EnumerateObject().ToArray()
                is not [{ Name: "property", Value.ValueKind: JsonValueKind.String } property, var test]
            || !Operations.ContainsKey(test.Name))
        {
            throw new FormatException(
                $"the condition {json.GetRawText()} is invalid: expected \"property\" and one operator, such as "
                + $"{{ \"property\": \"plan\", \"is one of\": [\"pro\", \"team\"] }}; the operators are {OperatorList}");
        }

        var operands = test.Value.ValueKind == JsonValueKind.Array ? [.. test.Value.EnumerateArray()] : new[] { test.Value };
        if (operands.Length != 1 && !TakesList(test.Name))
            throw new FormatException($"the operator \"{test.Name}\" of {json.GetRawText()} must have one value");
        if (operands.Any(operand => operand.ValueKind
                is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)))
            throw new FormatException($"a value of {json.GetRawText()} is invalid: expected text, a number, true or false");
        return Create(property.Value.GetString()!, test.Name, [.. operands.Select(ShortFlagParser.TextOf)]);
    }

    private static bool TakesList(string words) =>
        words is "is one of" or "is not one of" or "is in segment" or "is not in segment";

    private static ShortCondition Create(string property, string words, string[] operands)
    {
        var operation = Operations[words];
        if (operation is not (CompiledClauses.InSegment or CompiledClauses.NotInSegment))
            return new ShortCondition(property, operation, TakesList(words) ? ToJson(operands) : operands[0]);

        return property == User
            ? new ShortCondition(Property: null, operation, ToJson(operands))
            : throw new FormatException($"the property before \"{words}\" must be \"{User}\", not \"{property}\"");
    }

    private static string ToJson(string[] operands) => System.Text.Encoding.UTF8.GetString(CompactJson.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var operand in operands)
            writer.WriteStringValue(operand);
        writer.WriteEndArray();
    }));

    // The first operator in the text; of several at the same position, the longest.
    [GeneratedRegex(
        @"^\s*(?<property>\S.*?)\s+(?<op>is not one of|is one of|is not in segment|is in segment|is greater than|is at least"
        + @"|is less than|is at most|is true(?=\s*$)|is false(?=\s*$)|is not|is|does not match the pattern|matches the pattern"
        + @"|does not contain|contains|starts with|ends with)(?=\s|$)\s*(?<value>.*?)\s*$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Condition();
}
