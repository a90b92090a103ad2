using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Streaming;

/// <summary>
/// Receives flag data from the server: connects, and reconnects after failures, until it is disposed.
/// </summary>
internal sealed partial class StreamingSynchronizer : IAsyncDisposable
{
    // A refusal can have a cause that ends without a restart, such as a wrong clock.
    private static readonly TimeSpan RefusedRetryInterval = TimeSpan.FromMinutes(5);

    private readonly FfcOptions _options;
    private readonly IServerProtocol _protocol;
    private readonly UpdateStatusProvider _status;
    private readonly Action _requestingFull;
    private readonly Func<ItemPreparation> _prepareItems;
    private readonly Action<DataSync> _apply;
    private readonly Func<bool> _hasData;
    private readonly ILogger<StreamingSynchronizer> _logger;
    private readonly ReconnectBackoff _backoff;
    private readonly AnswerTimeout _answerTimeout = new();
    private readonly BackgroundLoop _loop;
    private volatile StreamConnection? _connection;

    /// <summary>Starts to connect.</summary>
    /// <param name="options">The server and the settings of the stream.</param>
    /// <param name="protocol">The protocol of the server.</param>
    /// <param name="status">Receives the status of the stream.</param>
    /// <param name="requestingFull">Called before each request for the full data.</param>
    /// <param name="prepareItems">Called with the first items of each message. Returns what prepares them.</param>
    /// <param name="apply">Called with each data-sync message, one at a time.</param>
    /// <param name="hasData">Whether the client has flag data, from any source.</param>
    public StreamingSynchronizer(
        FfcOptions options,
        IServerProtocol protocol,
        UpdateStatusProvider status,
        Action requestingFull,
        Func<ItemPreparation> prepareItems,
        Action<DataSync> apply,
        Func<bool> hasData)
    {
        _options = options;
        _protocol = protocol;
        _status = status;
        _requestingFull = requestingFull;
        _prepareItems = prepareItems;
        _apply = apply;
        _hasData = hasData;
        _logger = options.LoggerFactory.CreateLogger<StreamingSynchronizer>();
        _backoff = new ReconnectBackoff(options.Streaming, options.TimeProvider, Random.Shared);
        _loop = new BackgroundLoop(RunAsync, _logger, options.TimeProvider);
    }

    private string Consequence => _hasData()
        ? "evaluation continues with the current data"
        : "there is no flag data yet, so evaluations return their defaults";

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    /// <summary>Requests the full data on the current connection.</summary>
    /// <returns>
    /// True after data that was requested after this call was applied; false if there is no connection, or if it ends before
    /// that.
    /// </returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<bool> RequestFullAsync(CancellationToken cancellationToken) =>
        _connection is { } connection ? connection.RequestFullAsync().WaitAsync(cancellationToken) : Task.FromResult(false);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        // Errors name the server, because a misspelt setting results in the default server. They contain no user name or
        // password.
        var server = _options.StreamingUri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        while (true)
        {
            LogConnecting(server);
            var reason = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            var proxy = HttpHandlers.DescribeProxy(_options, _options.StreamingUri);
            var error = $"{server}{proxy}: {reason.Message.TrimEnd('.')}";
            var delay = _backoff.Failed();
            if (reason.IsRefused)
            {
                delay = Jitter.Around(RefusedRetryInterval, Random.Shared);
                LogRefused(error, DurationText.Format(delay), Consequence);
                Instruments.Refusals.Add(1);
                _status.Refused(error);
            }
            else
            {
                LogInterrupted(error, DurationText.Format(delay), Consequence);
                _status.Failed(error);
            }

            await Task.Delay(delay, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Connects and listens until the connection ends.</summary>
    private async Task<DisconnectReason> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            var connection = new StreamConnection(
                _options, _protocol, _answerTimeout, _requestingFull, _prepareItems, OnReceived);
            _connection = connection;
            return await connection.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnexpectedError(exception);
            return new DisconnectReason($"unexpected error: {exception.GetBaseException().SafeMessage()}");
        }
    }

    private void OnReceived(DataSync sync)
    {
        _apply(sync);

        // A patch can arrive before the requested full. The data is complete after the full.
        if (!sync.IsFull)
            return;

        _backoff.Succeeded();
        _status.Succeeded();
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Debug, Message = "Connecting to {Server}")]
    private partial void LogConnecting(string server);

    [LoggerMessage(EventId = 41, Level = LogLevel.Warning,
        Message = "The stream of flag data is interrupted: {Error}. Reconnecting in {Delay}; {Consequence}")]
    private partial void LogInterrupted(string error, string delay, string consequence);

    [LoggerMessage(EventId = 42, Level = LogLevel.Error,
        Message = "The stream of flag data is off: {Error}. Trying again in {Delay}; {Consequence}")]
    private partial void LogRefused(string error, string delay, string consequence);

    [LoggerMessage(EventId = 43, Level = LogLevel.Error, Message = "The stream of flag data failed unexpectedly")]
    private partial void LogUnexpectedError(Exception exception);
}
