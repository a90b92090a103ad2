using System.Diagnostics;
using System.Text.RegularExpressions;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Flags;

public sealed class PatternTests
{
    private static readonly string[] Texts =
    [
        "", "a", "A", "ab", "aab", "abcab", "(", "a+b", "a|b", "x\ny", "ada@example.com", "ADA@EXAMPLE.COM", "ada@example.com\n",
        "ada@example.organic", "EU", "eu ", "1.5", "Ünï", "ünÏ", "\u212A", "k", "İ", "ı", "😀",
    ];

    // Whatever runs them, plain engine or automaton, they must say the same as .NET's regular expressions.
    [Theory]
    [InlineData("@example\\.com$")]
    [InlineData("^(EU|FR|DE)$")]
    [InlineData("^(?:a|b)")]
    [InlineData("a|b|c|d|e|f|g")]
    [InlineData("^(a)b\\1?")]
    [InlineData("^$")]
    [InlineData("\\(|\\+|\\||\\?")]
    [InlineData("[(+*?]")]
    [InlineData("a.b|x.y")]
    [InlineData("k|ü|i")]
    [InlineData("\\bex|\\d\\.\\d")]
    [InlineData("^a+b")]
    [InlineData("[a-z]{3,}@")]
    [InlineData("(?i)ADA(?=@)")]
    [InlineData("(?<!x)y")]
    [InlineData("\\p{Lu}")]
    [InlineData("(?#a comment)a")]
    public void A_pattern_finds_what_a_regular_expression_finds(string pattern)
    {
        var compiled = new Pattern(pattern, "flag a", NullLogger.Instance);

        Assert.All(Texts, text => Assert.Equal(
            Regex.IsMatch(text, pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10)), compiled.IsMatch(text)));
    }

    // Each would keep a backtracking engine busy for ever.
    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)[^a!]")]
    public void A_pattern_with_very_many_ways_through_it_is_answered_at_once(string pattern)
    {
        var compiled = new Pattern(pattern, "flag a", NullLogger.Instance);
        var start = Stopwatch.GetTimestamp();

        // Not found, or given up on.
        Assert.NotEqual(true, compiled.IsMatch(new string('a', 10_000) + "!"));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}
