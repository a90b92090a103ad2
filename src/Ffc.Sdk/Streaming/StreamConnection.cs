using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Telemetry;
using Websocket.Client;

namespace Ffc.Sdk.Streaming;

/// <summary>Why a connection is over.</summary>
/// <param name="Error">What happened, in words that hold no secret.</param>
/// <param name="Refused">Whether the server wants no more attempts.</param>
internal sealed record ConnectionEnd(string Error, bool Refused = false);

/// <summary>One connection to the server, from the attempt to its end. The next attempt is another one: it needs a token of its own.</summary>
internal sealed partial class StreamConnection
{
    // A connection that stays silent for so many pings is dead, whatever the network says.
    private const int SilentPings = 3;

    private const string Lost = "the connection was lost";
    private const string TookTooLong = "connecting took too long";

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);
    private static readonly string DataSyncRequest = Encoding.UTF8.GetString(Wire.DataSyncRequest);
    private static readonly string Ping = Encoding.UTF8.GetString(Wire.PingMessage);

    private readonly FfcOptions _options;
    private readonly EnvironmentSecret _secret;
    private readonly Action<DataSync> _received;
    private readonly TaskCompletionSource<ConnectionEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastHeard;

    /// <summary>Prepares a connection.</summary>
    /// <param name="options">Where to, and how.</param>
    /// <param name="secret">What to show there.</param>
    /// <param name="received">Takes each data-sync message, one at a time.</param>
    public StreamConnection(FfcOptions options, EnvironmentSecret secret, Action<DataSync> received) =>
        (_options, _secret, _received) = (options, secret, received);

    /// <summary>Connects, asks for everything and listens until the connection is over or is to stop.</summary>
    /// <param name="opened">Called once connected, before anything is asked for.</param>
    /// <param name="stopping">Closes the connection.</param>
    /// <exception cref="OperationCanceledException">It was to stop.</exception>
    public async Task<ConnectionEnd> RunAsync(Action opened, CancellationToken stopping)
    {
        using var client = new WebsocketClient(StreamingUri(), logger: null, ConnectAsync)
        {
            // What to do after a failure is decided here, not in the library: it knows neither tokens nor close codes.
            IsReconnectionEnabled = false,
            ConnectTimeout = _options.Streaming.ConnectTimeout,
            // Frames are parsed from the bytes they came as.
            IsTextMessageConversionEnabled = false,
            IsStreamDisposedAutomatically = false,
        };
        using var messages = client.MessageReceived.Subscribe(new Observer<ResponseMessage>(Receive));
        using var disconnections = client.DisconnectionHappened.Subscribe(new Observer<DisconnectionInfo>(Disconnected));

        try
        {
            await client.StartOrFail().WaitAndObserveAsync(stopping).ConfigureAwait(false);
            opened();
            _lastHeard = _options.TimeProvider.GetTimestamp();
            await client.SendInstant(DataSyncRequest).WaitAndObserveAsync(stopping).ConfigureAwait(false);

            var pings = PingAsync(client, stopping);
            var end = await _end.Task.WaitAsync(stopping).ConfigureAwait(false);
            await pings.ConfigureAwait(false);
            return end;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await CloseAsync(client).ConfigureAwait(false);
            throw;
        }
        catch (Exception e)
        {
            // Where the server closed at once, its close code says more than what failed because of it.
            return _end.Task.IsCompleted ? await _end.Task.ConfigureAwait(false) : new ConnectionEnd(Describe(e, TookTooLong));
        }
    }

    private static string Describe(Exception? e, string cancelled)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is OperationCanceledException)
                return cancelled;
        }

        // .NET names a proxy that fails by its whole address, and the password of its user with it.
        return e is null ? Lost : UserInfo().Replace(e.GetBaseException().Message, "");
    }

    [GeneratedRegex("(?<=://)[^/\\s]*@")]
    private static partial Regex UserInfo();

    private static async Task CloseAsync(WebsocketClient client)
    {
        try
        {
            await client.Stop(WebSocketCloseStatus.NormalClosure, "").WaitAsync(CloseTimeout).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or Websocket.Client.Exceptions.WebsocketException)
        {
            // The server does not answer the goodbye. Disposing of the client ends the connection all the same.
        }
    }

    private Uri StreamingUri()
    {
        var token = ConnectionToken.Create(_secret.Value, _options.TimeProvider.GetUtcNow(), Random.Shared);
        var uri = new UriBuilder(_options.StreamingUri);
        uri.Scheme = uri.Scheme switch { "http" => "ws", "https" => "wss", var other => other };
        uri.Path = uri.Path.TrimEnd('/') + Wire.StreamingPath;
        uri.Query = $"token={Uri.EscapeDataString(token)}&type=server";
        return uri.Uri;
    }

    private async Task<WebSocket> ConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.SetRequestHeader(Wire.SecretHeader, _secret.Value);
            socket.Options.SetRequestHeader("User-Agent", Wire.UserAgent);
            var connecting = new SocketsHttpHandler();
            if (_options.Streaming.Proxy is { } proxy)
                connecting.Proxy = ProxyFor(proxy);
            using var invoker = new HttpMessageInvoker(new JsonUpgrade(connecting));
            await socket.ConnectAsync(uri, invoker, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static WebProxy ProxyFor(Uri uri)
    {
        var proxy = new WebProxy(uri);
        if (uri.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var password])
            proxy.Credentials = new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password.FirstOrDefault("")));
        return proxy;
    }

    private void Receive(ResponseMessage message)
    {
        using var stream = message.Stream;
        if (stream is null || _end.Task.IsCompleted)
            return;

        Volatile.Write(ref _lastHeard, _options.TimeProvider.GetTimestamp());
        try
        {
            if (ServerMessage.Read(stream.GetBuffer().AsSpan(0, (int)stream.Length)) is { } sync)
                _received(sync);
        }
        catch (ProtocolException e)
        {
            Instruments.RejectedFrames.Add(1);
            _end.TrySetResult(new ConnectionEnd($"refused a frame from the server: {e.Message}"));
        }
    }

    private void Disconnected(DisconnectionInfo info) => _end.TrySetResult(info.CloseStatus switch
    {
        (WebSocketCloseStatus)Wire.CloseRefused => new ConnectionEnd(
            "the server refused the connection (close code 4003): check Ffc:EnvSecret, and this machine's clock", Refused: true),
        { } status => new ConnectionEnd($"the server closed the connection (close code {(int)status})"),
        null => new ConnectionEnd(Describe(info.Exception, info.Type == DisconnectionType.Error ? TookTooLong : Lost)),
    });

    private async Task PingAsync(WebsocketClient client, CancellationToken stopping)
    {
        var interval = _options.Streaming.PingInterval;
        while (true)
        {
            var tick = Task.Delay(interval, _options.TimeProvider, stopping);
            if (await Task.WhenAny(_end.Task, tick).ConfigureAwait(false) == _end.Task || stopping.IsCancellationRequested)
                return;

            var silence = _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastHeard));
            if (silence >= interval * SilentPings)
                _end.TrySetResult(new ConnectionEnd($"nothing came from the server for {silence.TotalSeconds:0.#} s"));
            else
                client.Send(Ping);
        }
    }

    /// <summary>Says on the upgrade that what follows is JSON. .NET sends that header only with a body, if only an empty one.</summary>
    private sealed class JsonUpgrade(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Content = new ByteArrayContent([]);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return base.SendAsync(request, cancellationToken);
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
