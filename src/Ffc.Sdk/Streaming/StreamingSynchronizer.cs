using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.Ffc;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Streaming;

/// <summary>Keeps the data in step with the server: connects, listens, and connects again until it is stopped or refused.</summary>
internal sealed partial class StreamingSynchronizer : IAsyncDisposable
{
    private readonly FfcOptions _options;
    private readonly EnvironmentSecret _secret;
    private readonly UpdateStatusProvider _status;
    private readonly Action _requestingFull;
    private readonly Action<DataSync> _apply;
    private readonly ILogger<StreamingSynchronizer> _logger;
    private readonly BackOff _backOff;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    /// <summary>Starts to synchronize.</summary>
    /// <param name="options">Where from, and how.</param>
    /// <param name="secret">What to show there.</param>
    /// <param name="status">Told how it goes.</param>
    /// <param name="requestingFull">Called whenever everything is about to be asked for.</param>
    /// <param name="apply">Takes what comes, one message at a time.</param>
    public StreamingSynchronizer(
        FfcOptions options, EnvironmentSecret secret, UpdateStatusProvider status, Action requestingFull, Action<DataSync> apply)
    {
        _options = options;
        _secret = secret;
        _status = status;
        _requestingFull = requestingFull;
        _apply = apply;
        _logger = options.LoggerFactory.CreateLogger<StreamingSynchronizer>();
        _backOff = new BackOff(options.Streaming, options.TimeProvider, Random.Shared);
        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        // Whoever reads of a failure wants to know where: a setting that is misspelt leads to the default. Without the user in it.
        var server = _options.StreamingUri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        try
        {
            while (true)
            {
                LogConnecting(server);
                var end = await new StreamConnection(_options, _secret, Received).RunAsync(_requestingFull, _stopping.Token).ConfigureAwait(false);
                var error = $"{server}: {end.Error.TrimEnd('.')}";
                if (end.Refused)
                {
                    LogRefused(error);
                    _status.SwitchedOff(error);
                    return;
                }

                var delay = _backOff.Failed();
                LogInterrupted(error, delay.TotalSeconds);
                _status.Failed(error);
                await Task.Delay(delay, _options.TimeProvider, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _status.SwitchedOff(null);
        }
    }

    private void Received(DataSync sync)
    {
        _apply(sync);
        // A patch may overtake the answer to the request for everything; the data is what the server has once that is here.
        if (!sync.IsFull)
            return;

        _backOff.Succeeded();
        _status.Succeeded();
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Debug, Message = "Connecting to {Server}")]
    private partial void LogConnecting(string server);

    [LoggerMessage(EventId = 41, Level = LogLevel.Warning,
        Message = "The stream of flag data is interrupted: {Error}. Trying again in {Seconds:0.0} s; evaluation goes on with the data in hand")]
    private partial void LogInterrupted(string error, double seconds);

    [LoggerMessage(EventId = 42, Level = LogLevel.Error, Message = "There will be no flag data: {Error}")]
    private partial void LogRefused(string error);
}
