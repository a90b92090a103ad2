using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// The pattern of a regex clause. It runs in time linear in the text where it can; one that needs backtracking runs under a
/// time limit, since a pattern is data and must not be able to stop a server.
/// </summary>
internal sealed partial class Pattern
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    // Each alternative at most doubles the ways through a pattern. So few of them, each so short, may be tried one after the other.
    private const int FewAlternatives = 4;
    private const int ShortPattern = 100;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(50);

    private static uint _count;

    private readonly Lazy<Regex?> _regex;
    private readonly string _where;
    private readonly ILogger _logger;
    private readonly PatternAnswer _found;
    private readonly PatternAnswer _notFound;
    private int _timedOut;

    /// <summary>
    /// Takes a pattern. It is compiled when it is first needed: an instance may ask for few of many flags, and compiling a pattern
    /// costs as much as reading ten flags, on every cold start.
    /// </summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="where">The flag or segment that it stands in, for the log.</param>
    /// <param name="logger">Hears of a pattern that does not compile, and of the first time that one runs out of time.</param>
    public Pattern(string pattern, string where, ILogger logger)
    {
        _regex = new Lazy<Regex?>(() => Compile(pattern));
        _where = where;
        _logger = logger;
        _found = new PatternAnswer(this, true);
        _notFound = new PatternAnswer(this, false);
    }

    /// <summary>Tells a pattern from those that came shortly before and after it.</summary>
    public uint Number { get; } = Interlocked.Increment(ref _count);

    /// <summary>Whether it is a pattern at all.</summary>
    public bool Compiles => _regex.Value is not null;

    /// <summary>Whether the pattern is found anywhere in the text; null when it does not compile, or ran out of time.</summary>
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

    /// <summary>An answer to keep; always the same object.</summary>
    public PatternAnswer Answer(bool isMatch) => isMatch ? _found : _notFound;

    private Regex? Compile(string pattern)
    {
        try
        {
            try
            {
                // No limit where none is needed: on a cold start, making the first match ready to run takes longer than any fair one.
                return new Regex(pattern, IsPlain(pattern) ? Options : Options | RegexOptions.NonBacktracking);
            }
            catch (NotSupportedException)
            {
                return new Regex(pattern, Options, TimeLimit);
            }
        }
        catch (RegexParseException e)
        {
            // Not the exception itself: its message repeats the pattern, which may hold somebody's address.
            LogDoesNotCompile(_logger, _where, e.Error, e.Offset);
            return null;
        }
    }

    /// <summary>
    /// Whether the ordinary engine is linear on it too: it is short, nothing repeats or looks around, and there are few alternatives.
    /// So are most patterns (<c>@example\.com$</c>), and the ordinary engine takes a hundredth of an automaton's time and memory to make.
    /// </summary>
    private static bool IsPlain(string pattern) =>
        pattern.Length <= ShortPattern && pattern.AsSpan().Count('|') <= FewAlternatives && PlainSyntax().IsMatch(pattern);

    // Characters that neither repeat nor group, escapes, and groups that do no more than that.
    [GeneratedRegex(@"^(?:[^\\*+?{(]|\\.|\((?!\?)|\(\?:)*\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex PlainSyntax();

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning,
        Message = "A regex clause in {Where} does not compile ({Error} at offset {Offset}): the clause never holds until it is mended")]
    private static partial void LogDoesNotCompile(ILogger logger, string where, RegexParseError error, int offset);

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning,
        Message = "A regex clause in {Where} ran over its limit of {Milliseconds} ms: where it does, the clause does not hold. Write it without backtracking. Logged once")]
    private static partial void LogTimedOut(ILogger logger, string where, double milliseconds);
}

/// <summary>What a pattern said of some text.</summary>
internal sealed record PatternAnswer(Pattern Pattern, bool IsMatch);
