using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Ffc.DevServer.Hosting;

/// <summary>Writes a log message on one line, without its category and event id, for the developer at the console.</summary>
internal sealed class PlainConsoleFormatter(TimeProvider timeProvider) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "plain";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var time = timeProvider.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var level = entry.LogLevel switch
        {
            LogLevel.Critical or LogLevel.Error => "error: ",
            LogLevel.Warning => "warning: ",
            _ => "",
        };
        textWriter.WriteLine($"{time} {level}{entry.Formatter(entry.State, entry.Exception)}");
        if (entry.Exception is { } exception)
            textWriter.WriteLine(exception);
    }
}
