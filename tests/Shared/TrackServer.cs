using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ffc.Tests;

/// <summary>What a track server does with a request.</summary>
/// <param name="Status">The status it answers; 0 for none: it breaks the connection off, or hangs.</param>
/// <param name="Takes">Whether it has taken the events, whatever the client gets to know of it.</param>
/// <param name="Hangs">Whether it does nothing until the client gives up.</param>
/// <param name="RetryAfter">The seconds it wants to be left alone.</param>
/// <param name="Location">Where else it sends the client.</param>
/// <param name="Body">What it says.</param>
internal sealed record TrackReply(
    int Status, bool Takes = false, bool Hangs = false, string? RetryAfter = null, string? Location = null, string Body = "")
{
    public static TrackReply Ok { get; } = new(202, Takes: true);

    public static TrackReply Hang { get; } = new(0, Hangs: true);

    public static TrackReply BreakOff { get; } = new(0);

    public static TrackReply TakeAndBreakOff { get; } = new(0, Takes: true);
}

/// <summary>One request that came.</summary>
internal sealed record TrackRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private readonly Lazy<IReadOnlyList<JsonElement>> _events = new(() => [.. JsonDocument.Parse(Body).RootElement.EnumerateArray()]);

    public IReadOnlyList<JsonElement> Events => _events.Value;
}

/// <summary>The track endpoint of a server, on a real Kestrel. It does what the test says, request by request.</summary>
internal sealed class TrackServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<TrackRequest> _requests = new();
    private readonly ConcurrentQueue<TrackRequest> _taken = new();
    private WebApplication? _app;
    private CancellationTokenSource _stopping = new();
    private int _takenEvents;

    private TrackServer()
    {
    }

    /// <summary>Where it listens; the same again after a restart.</summary>
    public Uri Uri { get; private set; } = new("http://127.0.0.1:0");

    public bool IsListening => _app is not null;

    /// <summary>Says what to do with a request.</summary>
    public Func<TrackRequest, TrackReply> Reply { get; set; } = _ => TrackReply.Ok;

    /// <summary>All requests whose body came whole.</summary>
    public IReadOnlyCollection<TrackRequest> Requests => _requests;

    /// <summary>The events taken so far, in the order they came.</summary>
    public IEnumerable<JsonElement> Events => _taken.SelectMany(request => request.Events);

    /// <summary>How many events were taken so far.</summary>
    public int TakenEvents => Volatile.Read(ref _takenEvents);

    /// <summary>The keys of the users of all events taken so far.</summary>
    public List<string> UserKeys => [.. Events.Select(item => item.GetProperty("user").GetProperty("keyId").GetString()!)];

    public static async Task<TrackServer> StartAsync()
    {
        var server = new TrackServer();
        await server.RestartAsync();
        return server;
    }

    /// <summary>Listens no more: connections are refused.</summary>
    public async Task StopAsync()
    {
        if (_app is not { } app)
            return;

        _app = null;
        await _stopping.CancelAsync();
        await app.DisposeAsync();
        _stopping.Dispose();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Uri.ToString());
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);
        _stopping = new CancellationTokenSource();
        var app = builder.Build();
        app.Run(HandleAsync);
        await app.StartAsync();
        Uri = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        _app = app;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new TrackRequest(context.Request.Path, headers, body.ToArray());
        _requests.Enqueue(request);

        var reply = Reply(request);
        if (reply.Takes)
        {
            _taken.Enqueue(request);
            Interlocked.Add(ref _takenEvents, request.Events.Count);
        }

        if (reply.Hangs)
            await HangAsync(context.RequestAborted, _stopping.Token);
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
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        var over = new TaskCompletionSource();
        await using var registration = either.Token.Register(() => over.TrySetResult());
        await over.Task;
    }
}
