using System.Net.Http.Headers;
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
/// <param name="IsRefused">Whether the server refused the client. If so, the client must not reconnect.</param>
internal sealed record DisconnectReason(string Message, bool IsRefused = false);

/// <summary>
/// One connection to the server, from the attempt to its end. Every attempt needs a new connection, with a new token.
/// </summary>
internal sealed class StreamConnection
{
    // A connection without messages for this number of ping intervals is closed.
    private const int MaxSilentPings = 3;

    private const string ConnectionLost = "the connection was lost";
    private const string ConnectTimedOut = "connecting took too long";

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);
    private static readonly string DataSyncRequest = Encoding.UTF8.GetString(Wire.DataSyncRequest);
    private static readonly string Ping = Encoding.UTF8.GetString(Wire.PingMessage);

    private readonly FfcOptions _options;
    private readonly IServerProtocol _protocol;
    private readonly Action<DataSync> _onReceived;
    private readonly TaskCompletionSource<DisconnectReason> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastMessage;

    /// <summary>Creates a connection that is not open yet.</summary>
    /// <param name="options">The server and the settings of the stream.</param>
    /// <param name="protocol">The protocol of the server.</param>
    /// <param name="onReceived">Called with each data-sync message, one at a time.</param>
    public StreamConnection(FfcOptions options, IServerProtocol protocol, Action<DataSync> onReceived) =>
        (_options, _protocol, _onReceived) = (options, protocol, onReceived);

    /// <summary>Connects, requests the full data and listens until the connection ends.</summary>
    /// <param name="onOpened">Called after connecting, before the request.</param>
    /// <param name="cancellationToken">Closes the connection.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<DisconnectReason> RunAsync(Action onOpened, CancellationToken cancellationToken)
    {
        var uri = _protocol.GetStreamingUri(_options.StreamingUri, _options.TimeProvider.GetUtcNow());
        using var client = new WebsocketClient(uri, logger: null, ConnectAsync)
        {
            // The library can neither create a new token nor interpret the close codes.
            IsReconnectionEnabled = false,
            ConnectTimeout = _options.Streaming.ConnectTimeout,
            // Messages are parsed from their bytes.
            IsTextMessageConversionEnabled = false,
            IsStreamDisposedAutomatically = false,
        };
        using var messages = client.MessageReceived.Subscribe(new Observer<ResponseMessage>(OnMessage));
        using var disconnections = client.DisconnectionHappened.Subscribe(new Observer<DisconnectionInfo>(OnDisconnected));

        try
        {
            await client.StartOrFail().WaitAndObserveAsync(cancellationToken).ConfigureAwait(false);
            onOpened();
            _lastMessage = _options.TimeProvider.GetTimestamp();
            await client.SendInstant(DataSyncRequest).WaitAndObserveAsync(cancellationToken).ConfigureAwait(false);

            var pinging = PingAsync(client, cancellationToken);
            var reason = await _end.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            await pinging.ConfigureAwait(false);
            return reason;
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
    }

    private static string Describe(Exception? exception, string cancelled)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is OperationCanceledException)
                return cancelled;
        }

        // .NET's message for a failed proxy contains the complete address with the password.
        return exception is null ? ConnectionLost : UriCredentials.Remove(exception.GetBaseException().Message);
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

    private async Task<WebSocket> ConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            foreach (var (name, value) in _protocol.Headers)
                socket.Options.SetRequestHeader(name, value);
            var handler = HttpHandlers.Create(_options.Streaming.Proxy, _options.ResolveAddresses);
            using var invoker = new HttpMessageInvoker(new UpgradeHandler(handler));
            await socket.ConnectAsync(uri, invoker, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void OnMessage(ResponseMessage message)
    {
        using var stream = message.Stream;
        if (stream is null || _end.Task.IsCompleted)
            return;

        Volatile.Write(ref _lastMessage, _options.TimeProvider.GetTimestamp());
        try
        {
            if (_protocol.Format.ReadMessage(stream.GetBuffer().AsSpan(0, (int)stream.Length)) is { } sync)
                _onReceived(sync);
        }
        catch (ProtocolException exception)
        {
            Instruments.RejectedFrames.Add(1);
            _end.TrySetResult(new DisconnectReason($"rejected a frame from the server: {exception.Message}"));
        }
    }

    private void OnDisconnected(DisconnectionInfo info) => _end.TrySetResult(info.CloseStatus switch
    {
        (WebSocketCloseStatus)Wire.CloseRefused => new DisconnectReason(
            "the server refused the connection (close code 4003): check Ffc:EnvSecret and the clock of this machine",
            IsRefused: true),
        { } status => new DisconnectReason($"the server closed the connection (close code {(int)status})"),
        null => new DisconnectReason(
            Describe(info.Exception, cancelled: info.Type == DisconnectionType.Error ? ConnectTimedOut : ConnectionLost)),
    });

    private async Task PingAsync(WebsocketClient client, CancellationToken cancellationToken)
    {
        var interval = _options.Streaming.PingInterval;
        while (true)
        {
            var delay = Task.Delay(interval, _options.TimeProvider, cancellationToken);
            await Task.WhenAny(_end.Task, delay).ConfigureAwait(false);
            if (_end.Task.IsCompleted || cancellationToken.IsCancellationRequested)
                return;

            var silence = _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastMessage));
            if (silence >= interval * MaxSilentPings)
                _end.TrySetResult(new DisconnectReason($"no message from the server for {silence.TotalSeconds:0.#} s"));
            else
                client.Send(Ping);
        }
    }

    /// <summary>
    /// Adds the content type to the upgrade request, and explains a redirect. .NET sends this header only with a body, so the
    /// body is empty.
    /// </summary>
    private sealed class UpgradeHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Content = new ByteArrayContent([]);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!HttpHandlers.IsRedirect(response.StatusCode))
                return response;

            response.Dispose();
            throw new HttpRequestException(
                $"the server redirects to another address ({(int)response.StatusCode}); redirects are not followed: "
                + "check Ffc:StreamingUri");
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
