using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// The pattern of a regex clause. It runs in time linear in the text where it can; one that needs backtracking runs under a
/// time limit, since a pattern is data and must not be able to stop a server.
/// </summary>
internal sealed partial class Pattern
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(50);

    private readonly Lazy<Regex?> _regex;
    private readonly string _where;
    private readonly ILogger _logger;
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
    }

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

    private Regex? Compile(string pattern)
    {
        const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
        try
        {
            try
            {
                return new Regex(pattern, Options | RegexOptions.NonBacktracking, TimeLimit);
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

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning,
        Message = "A regex clause in {Where} does not compile ({Error} at offset {Offset}): the clause never holds until it is mended")]
    private static partial void LogDoesNotCompile(ILogger logger, string where, RegexParseError error, int offset);

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning,
        Message = "A regex clause in {Where} ran over its limit of {Milliseconds} ms: where it does, the clause does not hold. Write it without backtracking. Logged once")]
    private static partial void LogTimedOut(ILogger logger, string where, double milliseconds);
}
