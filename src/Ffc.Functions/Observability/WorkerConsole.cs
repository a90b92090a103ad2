using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Ffc.Functions.Observability;

/// <summary>Writes warnings and errors of the worker process to its console.</summary>
internal static class WorkerConsole
{
    /// <summary>
    /// The Functions host drops log entries that are written between invocations, such as entries about a refused secret. It
    /// shows the standard error of the worker.
    /// </summary>
    public static void AddWorkerConsole(this ILoggingBuilder logging, IConfiguration configuration)
    {
        if (string.IsNullOrEmpty(configuration["FUNCTIONS_WORKER_RUNTIME"]))
            return;

        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.AddFilter<ConsoleLoggerProvider>(null, LogLevel.Warning);
        logging.AddFilter<ConsoleLoggerProvider>(HostRunner.StartFailureCategory, LogLevel.None);
    }
}
