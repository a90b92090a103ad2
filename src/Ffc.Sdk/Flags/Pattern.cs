using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// The regular expression of a clause. It runs in time linear in the text if possible; an expression that needs backtracking
/// runs under a time limit, because it is data and must not be able to block a server.
/// </summary>
internal sealed partial class Pattern
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    // Each alternative at most doubles the number of paths, so that backtracking stays cheap within these limits.
    private const int MaxPlainAlternatives = 4;
    private const int MaxPlainLength = 100;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(50);

    private static uint _count;

    private readonly Lazy<Regex?> _regex;
    private readonly string _where;
    private readonly ILogger _logger;
    private readonly PatternAnswer _found;
    private readonly PatternAnswer _notFound;
    private int _timedOut;

    /// <summary>
    /// Creates a pattern. It is compiled on first use: an instance may evaluate few of many flags, and compiling a pattern
    /// takes as long as reading ten flags, on every cold start.
    /// </summary>
    /// <param name="pattern">The regular expression.</param>
    /// <param name="where">The flag or segment that contains it, for the log.</param>
    /// <param name="logger">Receives a warning if the pattern does not compile, and on its first timeout.</param>
    public Pattern(string pattern, string where, ILogger logger)
    {
        _regex = new Lazy<Regex?>(() => Compile(pattern));
        _where = where;
        _logger = logger;
        _found = new PatternAnswer(this, true);
        _notFound = new PatternAnswer(this, false);
    }

    /// <summary>A running number, which serves as a hash code.</summary>
    public uint Number { get; } = Interlocked.Increment(ref _count);

    /// <summary>Whether the pattern is a valid regular expression.</summary>
    public bool Compiles => _regex.Value is not null;

    /// <summary>Whether the pattern is found anywhere in the text; null if it does not compile or timed out.</summary>
    public bool? IsMatch(string text)
    {
        try
        {
            return _regex.Value?.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            if (Interlocked.Exchange(ref _timedOut, 1) == 0)
                LogTimedOut(_logger, _where, TimeLimit.TotalMilliseconds);
            return null;
        }
    }

    /// <summary>The object that stands for an answer, so that storing the answer allocates nothing.</summary>
    public PatternAnswer Answer(bool isMatch) => isMatch ? _found : _notFound;

    private Regex? Compile(string pattern)
    {
        try
        {
            try
            {
                // No time limit, because none is needed: on a cold start, preparing the first match takes longer than any fair
                // limit.
                return new Regex(pattern, IsPlain(pattern) ? Options : Options | RegexOptions.NonBacktracking);
            }
            catch (NotSupportedException)
            {
                return new Regex(pattern, Options, TimeLimit);
            }
        }
        catch (RegexParseException exception)
        {
            // The exception itself is not logged: its message repeats the pattern, which may hold personal data.
            LogDoesNotCompile(_logger, _where, exception.Error, exception.Offset);
            return null;
        }
    }

    /// <summary>
    /// Whether the ordinary engine is linear on the pattern, too: it is short, has few alternatives, and no repetition or
    /// lookaround. Most patterns are like that (<c>@example\.com$</c>), and the ordinary engine needs a hundredth of the time
    /// and memory of an automaton.
    /// </summary>
    private static bool IsPlain(string pattern) =>
        pattern.Length <= MaxPlainLength
        && pattern.AsSpan().Count('|') <= MaxPlainAlternatives
        && PlainSyntax().IsMatch(pattern);

    // Characters without repetition, escapes, and plain groups.
    [GeneratedRegex(@"^(?:[^\\*+?{(]|\\.|\((?!\?)|\(\?:)*\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex PlainSyntax();

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning,
        Message = "The regular expression of a clause in {Where} is invalid ({Error} at offset {Offset}). "
            + "The clause never matches")]
    private static partial void LogDoesNotCompile(ILogger logger, string where, RegexParseError error, int offset);

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning,
        Message = "The regular expression of a clause in {Where} timed out after {Milliseconds} ms. The clause does not match "
            + "then. Rewrite the expression without backtracking. This is logged once per clause")]
    private static partial void LogTimedOut(ILogger logger, string where, double milliseconds);
}

/// <summary>The result of matching a pattern.</summary>
internal sealed record PatternAnswer(Pattern Pattern, bool IsMatch);
