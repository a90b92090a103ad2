using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Evaluation;

/// <summary>Each row: operation, value of the user (null: missing), operand of the clause, whether the clause is true.</summary>
public sealed class ClauseTests
{
    // The lookbehind rules out the non-backtracking engine. On this input, the backtracking engine would need exponential time.
    private const string CatastrophicPattern = "^(?<!x)(a+)+$";
    private static readonly string BacktrackingInput = new string('a', 64) + "!";

    [Theory]
    [InlineData("Equal", "pro", "pro", true)]
    [InlineData("Equal", "Pro", "pro", false)]
    [InlineData("Equal", "pro ", "pro", false)]
    [InlineData("Equal", "e\u0301", "\u00e9", false)] // ordinal
    [InlineData("Equal", "日本", "日本", true)]
    [InlineData("Equal", null, "pro", false)]
    [InlineData("Equal", "", "", false)]
    [InlineData("Equal", "pro", "", false)]
    [InlineData("Equal", "pro", null, false)]
    [InlineData("NotEqual", "pro", "pro", false)]
    [InlineData("NotEqual", "Pro", "pro", true)]
    [InlineData("NotEqual", null, "pro", true)]
    [InlineData("NotEqual", "", "", true)]
    [InlineData("NotEqual", "pro", "", true)]
    [InlineData("NotEqual", "pro", null, true)]
    [InlineData("Contains", "a pro user", "pro", true)]
    [InlineData("Contains", "a PRO user", "pro", false)]
    [InlineData("Contains", "pro", "", false)]
    [InlineData("Contains", null, "pro", false)]
    [InlineData("Contains", "co\u00adop", "coop", false)] // ordinal: a soft hyphen is not ignored
    [InlineData("NotContain", "a pro user", "pro", false)]
    [InlineData("NotContain", "a PRO user", "pro", true)]
    [InlineData("NotContain", "pro", "", true)]
    [InlineData("NotContain", null, "pro", true)]
    [InlineData("StartsWith", "prototype", "pro", true)]
    [InlineData("StartsWith", "Prototype", "pro", false)]
    [InlineData("StartsWith", "a pro", "pro", false)]
    [InlineData("StartsWith", "pro", "", false)]
    [InlineData("StartsWith", null, "pro", false)]
    [InlineData("EndsWith", "a pro", "pro", true)]
    [InlineData("EndsWith", "a Pro", "pro", false)]
    [InlineData("EndsWith", "prototype", "pro", false)]
    [InlineData("EndsWith", "pro", "", false)]
    public async Task Text_operations_compare_ordinally(string operation, string? value, string? operand, bool expected) =>
        Assert.Equal(expected, await IsTrueAsync(operation, value, operand));

    [Theory]
    [InlineData("IsOneOf", "b", """["a","b"]""", true)]
    [InlineData("IsOneOf", "B", """["a","b"]""", false)]
    [InlineData("IsOneOf", "c", """["a","b"]""", false)]
    [InlineData("IsOneOf", "é", """["\u00e9"]""", true)]
    [InlineData("IsOneOf", "1", "[1]", false)] // only strings count
    [InlineData("IsOneOf", "b", """[1,null,["b"],"b"]""", true)]
    [InlineData("IsOneOf", "a", "[]", false)]
    [InlineData("IsOneOf", "a", "a", false)] // not JSON
    [InlineData("IsOneOf", "a", "\"a\"", false)]
    [InlineData("IsOneOf", "a", """{"a":"a"}""", false)]
    [InlineData("IsOneOf", "a", """["a",""", false)]
    [InlineData("IsOneOf", "a", "", false)]
    [InlineData("IsOneOf", "a", null, false)]
    [InlineData("IsOneOf", null, """["a"]""", false)]
    [InlineData("IsOneOf", "", """[""]""", false)]
    [InlineData("NotOneOf", "b", """["a","b"]""", false)]
    [InlineData("NotOneOf", "B", """["a","b"]""", true)]
    [InlineData("NotOneOf", "a", "a", true)]
    [InlineData("NotOneOf", "a", "", true)]
    [InlineData("NotOneOf", "a", null, true)]
    [InlineData("NotOneOf", null, """["a"]""", true)]
    [InlineData("NotOneOf", "", """[""]""", true)]
    public async Task List_operations_take_a_JSON_array_of_strings(
        string operation, string? value, string? operand, bool expected) =>
        Assert.Equal(expected, await IsTrueAsync(operation, value, operand));

    [Theory]
    [InlineData("IsTrue", "true", null, true)]
    [InlineData("IsTrue", "TRUE", "", true)]
    [InlineData("IsTrue", "tRuE", "false", true)] // the operand is ignored
    [InlineData("IsTrue", " true", "", false)]
    [InlineData("IsTrue", "1", "", false)]
    [InlineData("IsTrue", "yes", "", false)]
    [InlineData("IsTrue", "false", "", false)]
    [InlineData("IsTrue", null, "", false)]
    [InlineData("IsTrue", "", "", false)]
    [InlineData("IsFalse", "false", null, true)]
    [InlineData("IsFalse", "False", "", true)]
    [InlineData("IsFalse", "true", "", false)]
    [InlineData("IsFalse", "0", "", false)]
    [InlineData("IsFalse", null, "", false)] // not the negation of IsTrue
    public async Task IsTrue_and_IsFalse_ignore_case(
        string operation, string? value, string? operand, bool expected) =>
        Assert.Equal(expected, await IsTrueAsync(operation, value, operand));

    [Theory]
    [InlineData("BiggerThan", "10", "9", true)] // as numbers, not as text
    [InlineData("BiggerThan", "9", "9", false)]
    [InlineData("BiggerThan", "-10", "-9", false)]
    [InlineData("BiggerEqualThan", "9", "9.0", true)]
    [InlineData("BiggerEqualThan", "8.9", "9", false)]
    [InlineData("LessThan", "9", "10", true)]
    [InlineData("LessThan", "10", "10", false)]
    [InlineData("LessEqualThan", "10", "1e1", true)]
    [InlineData("LessEqualThan", "10.1", "10", false)]
    [InlineData("BiggerThan", " +1.5e3\t", "1499.99999", true)] // sign, decimals, exponent, white space
    [InlineData("LessThan", "-.5", " -0.4 ", true)]
    [InlineData("LessThan", "1e-3", "1E-2", true)]
    [InlineData("BiggerEqualThan", "1,000", "2", false)] // group separators are invalid
    [InlineData("LessThan", "1,000", "2", false)]
    [InlineData("BiggerThan", "0x10", "1", false)]
    [InlineData("LessThan", "0x10", "1", false)]
    [InlineData("BiggerThan", "Infinity", "1", false)]
    [InlineData("LessThan", "-Infinity", "1", false)]
    [InlineData("BiggerThan", "NaN", "1", false)]
    [InlineData("BiggerThan", "1e999", "1e308", true)]
    [InlineData("BiggerThan", "5", "five", false)]
    [InlineData("LessThan", "5", "five", false)]
    [InlineData("BiggerThan", "five", "5", false)]
    [InlineData("LessEqualThan", "five", "5", false)]
    [InlineData("BiggerThan", "5", "", false)]
    [InlineData("LessThan", "5", null, false)]
    [InlineData("LessThan", null, "5", false)]
    [InlineData("LessThan", "", "5", false)]
    [InlineData("LessThan", "٣", "5", false)] // only ASCII digits
    public async Task Number_operations_compare_numbers_and_are_false_for_other_values(
        string operation, string? value, string? operand, bool expected) =>
        Assert.Equal(expected, await IsTrueAsync(operation, value, operand));

    [Theory]
    [InlineData("BiggerThan", "1.000001", "1", false)] // rounds to 1
    [InlineData("BiggerEqualThan", "0.999999", "1", true)]
    [InlineData("BiggerThan", "1.00001", "1", true)]
    [InlineData("LessThan", "1", "1.000004", false)] // both are rounded
    [InlineData("BiggerThan", "0.015625", "0.01562", false)] // an exact tie, to even: 0.01562
    [InlineData("BiggerEqualThan", "0.046875", "0.04688", true)] // an exact tie, to even: 0.04688
    [InlineData("BiggerThan", "0.000005", "0", true)] // the nearest double is above the tie: 0.00001
    [InlineData("BiggerEqualThan", "0.000015", "0.00002", true)] // above the tie: 0.00002
    [InlineData("BiggerThan", "0.000025", "0.00002", true)] // above the tie: 0.00003
    [InlineData("LessThan", "0.000035", "0.00004", true)] // below the tie: 0.00003
    [InlineData("BiggerThan", "0.0000250001", "0.00002", true)]
    public async Task Number_operations_round_the_exact_value_to_five_decimals_and_ties_to_even(
        string operation, string value, string operand, bool expected) =>
        Assert.Equal(expected, await IsTrueAsync(operation, value, operand));

    [Theory]
    [InlineData("MatchRegex", "ada@example.com", "@example\\.com$", true)]
    [InlineData("MatchRegex", "see ADA there", "ada", true)] // anywhere, any case
    [InlineData("MatchRegex", "ada", "^eve", false)]
    [InlineData("MatchRegex", "ada", "", false)]
    [InlineData("MatchRegex", "ada", null, false)]
    [InlineData("MatchRegex", null, "a", false)]
    [InlineData("MatchRegex", "", "^$", false)]
    [InlineData("MatchRegex", "abcabc", "^(abc)\\1$", true)] // needs backtracking
    [InlineData("MatchRegex", "price", "pri(?=ce)", true)]
    [InlineData("NotMatchRegex", "ada", "^eve", true)]
    [InlineData("NotMatchRegex", "ADA", "ada", false)]
    [InlineData("NotMatchRegex", "ada", "", true)]
    [InlineData("NotMatchRegex", "ada", null, true)]
    [InlineData("NotMatchRegex", null, "a", true)]
    [InlineData("MatchRegex", "ada", "(", false)] // invalid: both operations are false
    [InlineData("NotMatchRegex", "ada", "(", false)]
    [InlineData("MatchRegex", "ada", "[z-a]", false)]
    [InlineData("NotMatchRegex", "ada", "*", false)]
    public async Task Regex_operations_match_anywhere_and_ignore_case(
        string operation, string? value, string? operand, bool expected) =>
        Assert.Equal(expected, await IsTrueAsync(operation, value, operand));

    [Theory]
    [InlineData("MatchRegex")]
    [InlineData("NotMatchRegex")]
    public async Task An_invalid_pattern_makes_the_clause_false_and_is_logged_once_without_its_text(string operation)
    {
        var logs = new FakeLogCollector();
        await using var client = Clients.Offline(logs, new FlagJson("a").Rule(3, Clause("p", operation, "ada@example.com(")));
        var user = FfcUser.Builder("u").Custom("p", "ada@example.com(").Build();

        for (var i = 0; i < 3; i++)
            Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a", user));

        var warning = Assert.Single(logs.GetSnapshot(), log => log.Level >= LogLevel.Warning);
        Assert.Contains("a clause in flag a is invalid", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.com", warning.Message + warning.Exception, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MatchRegex")]
    [InlineData("NotMatchRegex")]
    public async Task A_pattern_that_times_out_makes_the_clause_false_and_is_logged_once(string operation)
    {
        var logs = new FakeLogCollector();
        await using var client = Clients.Offline(logs, new FlagJson("a").Rule(3, Clause("p", operation, CatastrophicPattern)));
        var user = FfcUser.Builder("u").Custom("p", BacktrackingInput).Build();

        for (var i = 0; i < 3; i++)
            Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a", user));

        var warning = Assert.Single(logs.GetSnapshot(), log => log.Level >= LogLevel.Warning);
        Assert.Contains("a clause in flag a timed out", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(BacktrackingInput, warning.Message + warning.Exception, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pattern_with_nested_repetition_does_not_time_out_when_it_needs_no_backtracking() =>
        Assert.True(await IsTrueAsync("NotMatchRegex", BacktrackingInput, "^(a+)+$"));

    [Fact]
    public async Task A_pattern_that_needs_no_backtracking_has_no_time_limit() =>
        Assert.True(await IsTrueAsync("NotMatchRegex", new string('a', 10_000_000) + "!", "(a+)+$"));

    [Theory]
    [InlineData("Equals")]
    [InlineData("equal")]
    [InlineData("EQUAL")]
    [InlineData(" Equal")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("IsNotTrue")]
    [InlineData("User is in segment")] // belongs in the property
    [InlineData("User is not in segment")]
    public async Task An_unknown_operation_is_false(string? operation)
    {
        Assert.False(await IsTrueAsync(operation, "v", "v"));
        Assert.False(await IsTrueAsync(operation, null, "v"));
        Assert.False(await IsTrueAsync(operation, "v", """["s"]"""));
    }

    [Theory]
    [InlineData("Equal")]
    [InlineData("NotEqual")]
    [InlineData("IsTrue")]
    public async Task An_operation_in_the_property_is_not_an_operation(string property)
    {
        await using var client = Clients.Offline(new FlagJson("a").Rule(3, Clause(property, "", "true")));

        var user = FfcUser.Builder("u").Custom(property, "true").Build();
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a", user));
    }

    [Theory]
    [InlineData("KeyId", "the-key")]
    [InlineData("key", "the-key")]
    [InlineData("keyid", "the-key")]
    [InlineData("Name", "the name")]
    [InlineData("name", "the name")]
    [InlineData("Email", "the@mail")]
    [InlineData("email", "the@mail")]
    [InlineData("Country", "the country")]
    [InlineData("country", "the country")]
    [InlineData("plan", "pro")]
    [InlineData("Plan", "another")]
    [InlineData("PLAN", null)] // custom names are case-sensitive
    [InlineData("KEYID", null)]
    [InlineData("Key", null)]
    [InlineData("EMAIL", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public async Task Property_names_select_built_in_and_custom_properties(string? property, string? value)
    {
        await using var client = Clients.Offline(
            new FlagJson("equal").Rule(3, Clause(property, "Equal", value ?? "x")),
            new FlagJson("missing").Rule(3, Clause(property, "NotMatchRegex", ".")));
        var user = FfcUser.Builder("the-key").Name("the name").Email("the@mail").Country("the country")
            .Custom("plan", "pro").Custom("Plan", "another").Custom("KEYID", "x").Custom("Key", "x").Custom("EMAIL", "x").Build();

        Assert.Equal(value is null ? "1 on: fall through all rules" : "3 v3: rule match", client.EvaluateAsText("equal", user));
        Assert.Equal(value is null ? "3 v3: rule match" : "1 on: fall through all rules", client.EvaluateAsText("missing", user));
    }

    private static async Task<bool> IsTrueAsync(string? operation, string? value, string? operand)
    {
        await using var client = Clients.Offline(new FlagJson("a").Rule(3, Clause("p", operation, operand)));
        var answer = client.EvaluateAsText("a", FfcUser.Builder("u").Custom("p", value).Build());
        Assert.True(answer is "3 v3: rule match" or "1 on: fall through all rules", answer);
        return answer == "3 v3: rule match";
    }
}
