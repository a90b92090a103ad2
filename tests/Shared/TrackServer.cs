using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ffc.Tests;

/// <summary>The track endpoint of an FFC server on Kestrel. The test sets the response to each request.</summary>
internal sealed class TrackServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<TrackRequest> _requests = new();
    private readonly ConcurrentQueue<TrackRequest> _kept = new();
    private LoopbackServer? _server;
    private CancellationTokenSource _stoppingCts = new();
    private int _keptEvents;

    private TrackServer()
    {
    }

    /// <summary>The URL of the server. It does not change when the server restarts.</summary>
    public Uri Uri { get; private set; } = new("http://127.0.0.1:0");

    public bool IsListening => _server is not null;

    /// <summary>Returns the response to a request.</summary>
    public Func<TrackRequest, TrackReply> Reply { get; set; } = _ => TrackReply.Ok;

    /// <summary>All requests that were received completely.</summary>
    public IReadOnlyCollection<TrackRequest> Requests => _requests;

    /// <summary>The events that the server has kept, in the order of arrival.</summary>
    public IEnumerable<JsonElement> Events => _kept.SelectMany(request => request.Events);

    /// <summary>The number of events that the server has kept.</summary>
    public int KeptEvents => Volatile.Read(ref _keptEvents);

    /// <summary>The user keys of the events that the server has kept.</summary>
    public List<string> UserKeys => [.. Events.Select(item => item.GetProperty("user").GetProperty("keyId").GetString()!)];

    public static async Task<TrackServer> StartAsync()
    {
        var server = new TrackServer();
        await server.RestartAsync();
        return server;
    }

    /// <summary>Stops listening: connections are refused.</summary>
    public async Task StopAsync()
    {
        if (_server is not { } server)
            return;

        _server = null;
        await _stoppingCts.CancelAsync();
        await server.DisposeAsync();
        _stoppingCts.Dispose();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        _stoppingCts = new CancellationTokenSource();
        _server = await LoopbackServer.StartAsync(app => app.Run(HandleAsync), Uri.Port);
        Uri = _server.Uri;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new TrackRequest(context.Request.Path, headers, body.ToArray());
        _requests.Enqueue(request);

        var reply = Reply(request);
        if (reply.KeepsEvents)
        {
            _kept.Enqueue(request);
            Interlocked.Add(ref _keptEvents, request.Events.Count);
        }

        if (reply.Hangs)
            await HangAsync(context.RequestAborted, _stoppingCts.Token);
        if (reply.Status == 0)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = reply.Status;
        if (reply.RetryAfter is not null)
            context.Response.Headers.RetryAfter = reply.RetryAfter;
        if (reply.Location is not null)
            context.Response.Headers.Location = reply.Location;
        await context.Response.WriteAsync(reply.Body, context.RequestAborted);
    }

    private static async Task HangAsync(CancellationToken aborted, CancellationToken stopping)
    {
        using var linkedCts = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        var canceled = new TaskCompletionSource();
        await using var registration = linkedCts.Token.Register(() => canceled.TrySetResult());
        await canceled.Task;
    }
}
