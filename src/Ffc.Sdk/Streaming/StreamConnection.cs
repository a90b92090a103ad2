using System.Net.WebSockets;
using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Telemetry;
using Websocket.Client;

namespace Ffc.Sdk.Streaming;

/// <summary>The reason why a connection ended.</summary>
/// <param name="Message">The error. Contains no secret.</param>
/// <param name="IsRefused">Whether the server refused the client. If so, the client must not reconnect soon.</param>
internal sealed record DisconnectReason(string Message, bool IsRefused = false);

/// <summary>
/// One connection to the server, from the attempt to its end. Every attempt needs a new connection, with a new token.
/// </summary>
internal sealed class StreamConnection
{
    // A connection that receives nothing for this number of ping intervals is closed.
    private const int MaxSilentPings = 3;

    private const string ConnectionLost = "the connection was lost";
    private const string ConnectTimedOut = "connecting took too long";

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LateAnswerCheckInterval = TimeSpan.FromSeconds(5);
    private static readonly string DataSyncRequest = Encoding.UTF8.GetString(Wire.DataSyncRequest);
    private static readonly string Ping = Encoding.UTF8.GetString(Wire.PingMessage);

    private readonly FfcOptions _options;
    private readonly IServerProtocol _protocol;
    private readonly AnswerTimeout _answerTimeout;
    private readonly Action _requestingFull;
    private readonly Func<ItemPreparation> _prepareItems;
    private readonly Action<DataSync> _onReceived;
    private readonly TaskCompletionSource<DisconnectReason> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private DataRequest _next = new();
    private bool _isClosed;

    private volatile DataRequest? _current;
    private volatile bool _isHandlingMessage;

    // Used by the loop that receives.
    private MessageReader _message;

    // Written before the connection opens.
    private DateTimeOffset? _serverDate;

    /// <summary>Creates a connection that is not open yet.</summary>
    /// <param name="options">The server and the settings of the stream.</param>
    /// <param name="protocol">The protocol of the server.</param>
    /// <param name="answerTimeout">The time limit of requests for data. All connections share it.</param>
    /// <param name="requestingFull">Called before each request for the full data.</param>
    /// <param name="prepareItems">Called with the first items of each message. Returns what prepares them.</param>
    /// <param name="onReceived">Called with each data-sync message, one at a time.</param>
    public StreamConnection(
        FfcOptions options,
        IServerProtocol protocol,
        AnswerTimeout answerTimeout,
        Action requestingFull,
        Func<ItemPreparation> prepareItems,
        Action<DataSync> onReceived)
    {
        _options = options;
        _protocol = protocol;
        _answerTimeout = answerTimeout;
        _requestingFull = requestingFull;
        _prepareItems = prepareItems;
        _onReceived = onReceived;
        Monitor = new ReceiveMonitor(options.TimeProvider);
        _message = NewMessage();
    }

    /// <summary>What the connection has received.</summary>
    public ReceiveMonitor Monitor { get; }

    /// <summary>Connects, requests the full data and listens until the connection ends.</summary>
    /// <param name="cancellationToken">Closes the connection.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<DisconnectReason> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAndListenAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Requests the full data now, or as soon as the current request is answered.</summary>
    /// <returns>
    /// True after data that was requested after this call was applied; false if the connection ends before that.
    /// </returns>
    public Task<bool> RequestFullAsync()
    {
        lock (_lock)
        {
            if (_isClosed)
                return Task.FromResult(false);
            _next.Requested.TrySetResult();
            return _next.Applied.Task;
        }
    }

    private static string Describe(Exception? exception, string cancelled)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is OperationCanceledException)
                return cancelled;
        }

        // .NET's message for a failed proxy contains the complete address with the password.
        return exception is null ? ConnectionLost : exception.GetBaseException().SafeMessage();
    }

    private static async Task CloseAsync(WebsocketClient client)
    {
        try
        {
            await TimeLimit.RunAsync(
                _ => client.Stop(WebSocketCloseStatus.NormalClosure, ""),
                CloseTimeout,
                TimeProvider.System,
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or Websocket.Client.Exceptions.WebsocketException)
        {
            // The server does not respond to the close frame. Disposing the client ends the connection.
        }
    }

    private async Task<DisconnectReason> ConnectAndListenAsync(CancellationToken cancellationToken)
    {
        var uri = _protocol.GetStreamingUri(_options.StreamingUri, _options.TimeProvider.GetUtcNow());
        using var client = new WebsocketClient(uri, logger: null, ConnectAsync)
        {
            // The library can neither create a new token nor interpret the close codes.
            IsReconnectionEnabled = false,
            ConnectTimeout = _options.Streaming.ConnectTimeout,
            // The library receives empty messages: see MessageSocket.
            IsTextMessageConversionEnabled = false,
        };
        using var messages = client.MessageReceived.Subscribe(new Observer<ResponseMessage>(_ => OnMessageEnd()));
        using var disconnections = client.DisconnectionHappened.Subscribe(new Observer<DisconnectionInfo>(OnDisconnected));
        using var endCts = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var loops = Task.CompletedTask;

        try
        {
            await client.StartOrFail().WaitAndObserveAsync(cancellationToken).ConfigureAwait(false);
            loops = Task.WhenAll(
                EndIfFailedAsync(PingAsync(client, endCts.Token), endCts.Token),
                EndIfFailedAsync(RequestDataAsync(client, endCts.Token), endCts.Token));
            return await _end.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CloseAsync(client).ConfigureAwait(false);
            throw;
        }
        catch (Exception exception)
        {
            // If the server closed the connection, its close code describes the cause better than the exception.
            return _end.Task.IsCompleted
                ? await _end.Task.ConfigureAwait(false)
                : new DisconnectReason(Describe(exception, ConnectTimedOut));
        }
        finally
        {
            await endCts.CancelAsync().ConfigureAwait(false);
            await loops.ConfigureAwait(false);
        }
    }

    private async Task<WebSocket> ConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            // A ClientWebSocket returns only after it has filled the buffer, which takes long on a slow line.
            var handler = HttpHandlers.Create(_options, stream => new ObservedStream(stream, Monitor.BytesReceived));
            using var invoker = new HttpMessageInvoker(
                new UpgradeHandler(handler, _options.SettingPrefix, _protocol.StreamingHeaders, date => _serverDate = date));
            await socket.ConnectAsync(uri, invoker, cancellationToken).ConfigureAwait(false);
            return new MessageSocket(socket, () => _message.GetMemory(), OnBytes);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private MessageReader NewMessage() => new(_protocol.Format, _prepareItems);

    private void OnBytes(int count)
    {
        if (!_end.Task.IsCompleted)
            EndIfFailed(() => _message.Advance(count));
    }

    private void OnMessageEnd()
    {
        if (_end.Task.IsCompleted)
            return;

        _isHandlingMessage = _message.ReadBytes > ReceiveMonitor.MaxSmallMessageBytes;
        Monitor.MessageEnded();
        EndIfFailed(ApplyMessage);
        Monitor.ReadingResumed();
        _isHandlingMessage = false;
    }

    private void ApplyMessage()
    {
        var sync = _message.Complete();
        _message = NewMessage();
        if (sync is null)
            return;

        var answered = sync.IsFull ? _current : null;
        if (answered?.Received.TrySetResult() == true)
            _answerTimeout.Answered();
        _onReceived(sync);
        answered?.Applied.TrySetResult(true);
    }

    /// <summary>Ends the connection if a step of receiving a message fails.</summary>
    private void EndIfFailed(Action step)
    {
        try
        {
            step();
        }
        catch (ProtocolException exception)
        {
            Instruments.RejectedFrames.Add(1);
            End($"rejected a frame from the server: {exception.SafeMessage()}");
        }
        catch (Exception exception)
        {
            End($"applying a message failed: {exception.GetBaseException().SafeMessage()}");
        }
    }

    /// <summary>Returns how far the clock differs from the server's, if the difference is a cause for a refusal.</summary>
    private string DescribeClock()
    {
        if (_serverDate is not { } date)
            return "";

        var lead = _options.TimeProvider.GetUtcNow() - date;
        if (lead.Duration() <= ConnectionToken.Lifetime)
            return "";
        return $" (it is {DurationText.Format(lead.Duration())} {(lead > TimeSpan.Zero ? "ahead of" : "behind")} the server)";
    }

    private void End(string reason) => _end.TrySetResult(new DisconnectReason(reason));

    private void OnDisconnected(DisconnectionInfo info) => _end.TrySetResult(info.CloseStatus switch
    {
        (WebSocketCloseStatus)Wire.CloseRefused => new DisconnectReason(
            $"the server refused the connection (close code 4003): check that {_options.SettingPrefix}EnvSecret is a "
            + "server-side secret of the environment, not a client secret, and belongs to the server of "
            + $"{_options.SettingPrefix}StreamingUri, and that the clock of this machine is right{DescribeClock()}",
            IsRefused: true),
        { } status => new DisconnectReason($"the server closed the connection (close code {(int)status})"),
        null => new DisconnectReason(
            Describe(info.Exception, cancelled: info.Type == DisconnectionType.Error ? ConnectTimedOut : ConnectionLost)),
    });

    /// <summary>Ends the connection if a loop fails. Without its loops, a lost connection would not be detected.</summary>
    private async Task EndIfFailedAsync(Task loop, CancellationToken cancellationToken)
    {
        try
        {
            await loop.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The connection ended.
        }
        catch (Exception exception)
        {
            End(Describe(exception, ConnectionLost));
        }
    }

    private async Task PingAsync(WebsocketClient client, CancellationToken cancellationToken)
    {
        var interval = _options.Streaming.PingInterval;
        while (true)
        {
            await Task.Delay(interval, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            var silence = Monitor.Silence;
            if (silence >= interval * MaxSilentPings && !IsSilenceExpected())
                End($"no message from the server for {DurationText.Format(silence)}");
            else
                client.Send(Ping);
        }
    }

    /// <summary>
    /// A server reads no pings while it works on a request for data, and the client reads nothing while a handler runs.
    /// </summary>
    private bool IsSilenceExpected() =>
        _isHandlingMessage || (_current is { Received.Task.IsCompleted: false } && !Monitor.IsReceivingData);

    /// <summary>
    /// Requests the full data: at once, when it is asked for, and after each resync interval. There is at most one request at a
    /// time, because an answer does not say which request it belongs to.
    /// </summary>
    private async Task RequestDataAsync(WebsocketClient client, CancellationToken cancellationToken)
    {
        while (true)
        {
            var request = TakeNextRequest();
            _requestingFull();
            Monitor.MessageEnded();
            client.Send(DataSyncRequest);
            if (!await IsAnsweredAsync(request, cancellationToken).ConfigureAwait(false))
                return;

            await request.Applied.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            await WaitForNextRequestAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private DataRequest TakeNextRequest()
    {
        lock (_lock)
        {
            _current = _next;
            _next = new DataRequest();
            return _current;
        }
    }

    private async Task WaitForNextRequestAsync(CancellationToken cancellationToken)
    {
        Task requested;
        lock (_lock)
            requested = _next.Requested.Task;

        var interval = _options.Streaming.ResyncInterval;
        var wait = interval > TimeSpan.Zero ? Jitter.Around(interval, Random.Shared) : Timeout.InfiniteTimeSpan;
        try
        {
            await requested.WaitAsync(wait, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It is time for a resync.
        }
    }

    /// <summary>Waits for the answer to a request, and ends the connection if it does not begin in time.</summary>
    private async Task<bool> IsAnsweredAsync(DataRequest request, CancellationToken cancellationToken)
    {
        var limit = _answerTimeout.Current;
        for (var wait = limit; ; wait = LateAnswerCheckInterval)
        {
            try
            {
                await request.Received.Task.WaitAsync(wait, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (TimeoutException)
            {
                // An answer that has begun may take as long as it needs. Only silence ends it.
                if (Monitor.IsReceivingData || _isHandlingMessage || request.Received.Task.IsCompleted)
                    continue;

                _answerTimeout.Expired();
                End($"the server did not answer the request for data within {DurationText.Format(limit)}");
                return false;
            }
        }
    }

    private void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _current?.Applied.TrySetResult(false);
            _next.Applied.TrySetResult(false);
        }
    }

    /// <summary>A request for the full data.</summary>
    private sealed class DataRequest
    {
        /// <summary>Completes when the request is to be sent without waiting for the resync interval.</summary>
        public TaskCompletionSource Requested { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when the answer arrived.</summary>
        public TaskCompletionSource Received { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The result is true when the answer was applied, and false when the connection ended before that.</summary>
        public TaskCompletionSource<bool> Applied { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>
    /// Adds the headers of the protocol to the upgrade request, and explains a redirect. .NET sends a content type only with a
    /// body, so the body is empty then.
    /// </summary>
    private sealed class UpgradeHandler(
        HttpMessageHandler inner,
        string settingPrefix,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        Action<DateTimeOffset?> onDate)
        : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            foreach (var (name, value) in headers)
            {
                if (request.Headers.TryAddWithoutValidation(name, value))
                    continue;
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }

            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            onDate(response.Headers.Date);
            if (!HttpHandlers.IsRedirect(response.StatusCode))
                return response;

            response.Dispose();
            throw new HttpRequestException(
                $"the server redirects to another address ({(int)response.StatusCode}); redirects are not followed: "
                + $"check {settingPrefix}StreamingUri");
        }
    }

    private sealed class Observer<T>(Action<T> next) : IObserver<T>
    {
        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void OnNext(T value) => next(value);
    }
}
