using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Benchmarks;

/// <summary>The regular expression of a clause: a known user, a new user, and the first match of a new pattern.</summary>
[MemoryDiagnoser]
public class PatternBenchmarks
{
    private const string Expression = @"@example\.com$";
    private const string Email = "ada.lovelace@example.com";
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private readonly Pattern _pattern = new(Expression, ignoreCase: true, "flag a", NullLogger.Instance);
    private readonly PatternMemo _memo = new();
    private readonly string _expression = Expression;

    [Benchmark(Baseline = true, Description = "known user (PatternMemo)")]
    public bool? KnownUser() => _memo.IsMatch(_pattern, Email);

    [Benchmark(Description = "new user (Pattern)")]
    public bool? NewUser() => _pattern.IsMatch(Email);

    [Benchmark(Description = "first match, ordinary engine")]
    public bool FirstMatch() => new Regex(_expression, Options).IsMatch(Email);

    [Benchmark(Description = "first match, non-backtracking engine")]
    public bool FirstMatchNonBacktracking() => new Regex(_expression, Options | RegexOptions.NonBacktracking).IsMatch(Email);
}
