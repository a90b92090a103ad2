using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Internal;

/// <summary>
/// Background work of a client, which runs until it is disposed. It starts without the execution context of the caller, such as
/// its current activity, because the work outlives the operation that creates the client. Work that throws is restarted with a
/// back-off.
/// </summary>
internal sealed partial class BackgroundLoop : IAsyncDisposable
{
    private static readonly TimeSpan FirstRestartDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxRestartDelay = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stoppingCts = new();
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private readonly Task _running;

    /// <summary>Starts the work on the thread pool.</summary>
    /// <param name="work">The work. It must handle the exceptions that it expects.</param>
    /// <param name="logger">Receives unexpected exceptions.</param>
    /// <param name="timeProvider">The clock of the back-off.</param>
    public BackgroundLoop(Func<CancellationToken, Task> work, ILogger logger, TimeProvider timeProvider)
    {
        _logger = logger;
        _timeProvider = timeProvider;
        using (ExecutionContext.SuppressFlow())
            _running = Task.Run(() => RunAsync(work, _stoppingCts.Token));
    }

    /// <summary>Cancels the work and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stoppingCts.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stoppingCts.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await work(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(exception);
            }

            var delay = ExponentialBackoff.Delay(FirstRestartDelay, MaxRestartDelay, failures, Random.Shared);
            await Task.Delay(delay, _timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return;
        }
    }

    [LoggerMessage(EventId = 6, Level = LogLevel.Error,
        Message = "A background task of the client failed unexpectedly. It is restarted, unless the client is closing")]
    private partial void LogFailed(Exception exception);
}
