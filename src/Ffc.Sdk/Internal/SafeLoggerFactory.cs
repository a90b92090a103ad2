using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Internal;

/// <summary>
/// Creates loggers that add the environment to each message, so that the clients of a process can be told apart, and that ignore
/// exceptions of the application's loggers: a failing log target must not stop the client. The
/// exceptions that they log contain no credentials.
/// </summary>
/// <param name="inner">The factory of the application.</param>
/// <param name="environment">The name of the environment; null if there is none.</param>
internal sealed class SafeLoggerFactory(ILoggerFactory inner, string? environment = null) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new SafeLogger(inner.CreateLogger(categoryName), environment);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose()
    {
        // The application owns its loggers.
    }

    private sealed class SafeLogger(ILogger inner, string? environment) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            try
            {
                return inner.BeginScope(state);
            }
            catch (Exception)
            {
                return null;
            }
        }

        public bool IsEnabled(LogLevel logLevel)
        {
            try
            {
                return inner.IsEnabled(logLevel);
            }
            catch (Exception)
            {
                return false;
            }
        }

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                exception = ExceptionWithoutCredentials.For(exception);
                if (environment is null)
                {
                    inner.Log(logLevel, eventId, state, exception, formatter);
                    return;
                }

                if (!inner.IsEnabled(logLevel))
                    return;

                inner.Log(
                    logLevel,
                    eventId,
                    new EnvironmentLogState<TState>(state, environment),
                    exception,
                    (entry, error) => $"{formatter(entry.Inner, error)} (environment {environment})");
            }
            catch (Exception)
            {
                // There is no other place to report it to.
            }
        }
    }

    /// <summary>Replaces an exception whose texts contain the credentials of an address.</summary>
    private sealed class ExceptionWithoutCredentials(string message, string text, string? stackTrace) : Exception(message)
    {
        public override string? StackTrace => stackTrace;

        public static Exception? For(Exception? exception)
        {
            if (exception?.ToString() is not { } text || UriCredentials.Remove(text) is var safe && safe == text)
                return exception;
            return new ExceptionWithoutCredentials(exception.SafeMessage(), safe, exception.StackTrace);
        }

        public override string ToString() => text;
    }
}
