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

    // Both engines, backtracking and non-backtracking, must return the same results as Regex.IsMatch.
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
    public void IsMatch_returns_the_same_as_Regex_IsMatch(string pattern)
    {
        var compiled = new Pattern(pattern, ignoreCase: true, "flag a", NullLogger.Instance);

        const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
        Assert.All(Texts, text => Assert.Equal(
            Regex.IsMatch(text, pattern, Options, TimeSpan.FromSeconds(10)), compiled.IsMatch(text)));
    }

    // Without a limit, a backtracking engine would need exponential time for each pattern.
    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)[^a!]")]
    public void IsMatch_returns_in_limited_time_when_the_pattern_has_exponentially_many_paths(string pattern)
    {
        var compiled = new Pattern(pattern, ignoreCase: true, "flag a", NullLogger.Instance);
        var start = Stopwatch.GetTimestamp();

        // No match, or a timeout.
        Assert.NotEqual(true, compiled.IsMatch(new string('a', 10_000) + "!"));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }
}
