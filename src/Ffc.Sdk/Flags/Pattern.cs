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

    private readonly Regex _regex;
    private readonly string _where;
    private readonly ILogger _logger;
    private int _timedOut;

    private Pattern(Regex regex, string where, ILogger logger) => (_regex, _where, _logger) = (regex, where, logger);

    /// <summary>Compiles a pattern. Null, and logged, when it is none.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="where">The flag or segment that it stands in, for the log.</param>
    /// <param name="logger">Hears of a pattern that does not compile, and of the first time that one runs out of time.</param>
    public static Pattern? Compile(string pattern, string where, ILogger logger)
    {
        const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
        try
        {
            try
            {
                // No limit where none is needed: on a cold start, making the first match ready to run takes longer than any fair one.
                return new Pattern(new Regex(pattern, Options | RegexOptions.NonBacktracking), where, logger);
            }
            catch (NotSupportedException)
            {
                return new Pattern(new Regex(pattern, Options, TimeLimit), where, logger);
            }
        }
        catch (RegexParseException e)
        {
            // Not the exception itself: its message repeats the pattern, which may hold somebody's address.
            LogDoesNotCompile(logger, where, e.Error, e.Offset);
            return null;
        }
    }

    /// <summary>Whether the pattern is found anywhere in the text; null when it ran out of time.</summary>
    public bool? IsMatch(string text)
    {
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            if (Interlocked.Exchange(ref _timedOut, 1) == 0)
                LogTimedOut(_logger, _where, TimeLimit.TotalMilliseconds);
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
