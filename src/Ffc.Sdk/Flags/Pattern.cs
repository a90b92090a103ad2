using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// The regular expression of a clause. If possible, it runs in time linear to the text. An expression that needs backtracking
/// has a timeout, so that it cannot block a server.
/// </summary>
internal sealed partial class Pattern
{
    // Each alternative at most doubles the number of paths, so backtracking is fast within these limits.
    private const int MaxPlainAlternatives = 4;
    private const int MaxPlainLength = 100;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(50);

    private static uint _count;

    private readonly Lazy<Regex?> _regex;
    private readonly RegexOptions _options;
    private readonly string _where;
    private readonly ILogger _logger;
    private readonly PatternResult _found;
    private readonly PatternResult _notFound;
    private int _timedOut;

    /// <summary>
    /// Creates a pattern. It is compiled on first use, because compiling a pattern takes as long as reading ten flags, and a new
    /// instance may evaluate few flags.
    /// </summary>
    /// <param name="pattern">The regular expression.</param>
    /// <param name="ignoreCase">Whether the case of letters does not matter.</param>
    /// <param name="where">The flag or segment that contains it, for the log.</param>
    /// <param name="logger">Receives a warning if the pattern does not compile, and on its first timeout.</param>
    public Pattern(string pattern, bool ignoreCase, string where, ILogger logger)
    {
        _options = ignoreCase ? RegexOptions.IgnoreCase | RegexOptions.CultureInvariant : RegexOptions.CultureInvariant;
        _regex = new Lazy<Regex?>(() => Compile(pattern));
        Text = pattern;
        _where = where;
        _logger = logger;
        _found = new PatternResult(this, true);
        _notFound = new PatternResult(this, false);
    }

    /// <summary>The regular expression.</summary>
    public string Text { get; }

    /// <summary>A sequential number that is used as a hash code.</summary>
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
                Log.TimedOut(_logger, _where, TimeLimit.TotalMilliseconds);
            return null;
        }
    }

    /// <summary>Returns the object for a result. It is preallocated, so that storing a result does not allocate.</summary>
    public PatternResult GetResult(bool isMatch) => isMatch ? _found : _notFound;

    private Regex? Compile(string pattern)
    {
        try
        {
            try
            {
                // No timeout, because the engine is linear, and the first match on a cold start would exceed any useful timeout.
                return new Regex(pattern, IsPlain(pattern) ? _options : _options | RegexOptions.NonBacktracking);
            }
            catch (NotSupportedException)
            {
                return new Regex(pattern, _options, TimeLimit);
            }
        }
        catch (RegexParseException exception)
        {
            // The exception is not logged, because its message contains the pattern, which may contain personal data.
            Log.DoesNotCompile(_logger, _where, exception.Error, exception.Offset);
            return null;
        }
    }

    /// <summary>
    /// Whether the default engine is also linear for the pattern: it is short, has few alternatives, and has no repetition or
    /// lookaround. This is true for most patterns, such as <c>@example\.com$</c>. The default engine needs a hundredth of the
    /// time and memory of the non-backtracking engine.
    /// </summary>
    private static bool IsPlain(string pattern) =>
        pattern.Length <= MaxPlainLength
        && pattern.AsSpan().Count('|') <= MaxPlainAlternatives
        && PlainSyntax().IsMatch(pattern);

    // Characters without repetition, escapes, and plain groups.
    [GeneratedRegex(@"^(?:[^\\*+?{(]|\\.|\((?!\?)|\(\?:)*\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex PlainSyntax();

    // A class of its own, because these messages are rare, and the first use of a class of messages compiles all of them.
    private static partial class Log
    {
        [LoggerMessage(EventId = 10, Level = LogLevel.Warning,
            Message = "The regular expression of a clause in {Where} is invalid ({Error} at offset {Offset}). "
                + "The clause never matches")]
        public static partial void DoesNotCompile(ILogger logger, string where, RegexParseError error, int offset);

        [LoggerMessage(EventId = 11, Level = LogLevel.Warning,
            Message = "The regular expression of a clause in {Where} timed out after {Milliseconds} ms. The clause does not "
                + "match then. Rewrite the expression without backtracking. This is logged once per clause")]
        public static partial void TimedOut(ILogger logger, string where, double milliseconds);
    }
}

/// <summary>The result of matching a pattern.</summary>
internal sealed record PatternResult(Pattern Pattern, bool IsMatch);
