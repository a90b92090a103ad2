using System.Text;
using Ffc.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ffc.Benchmarks;

/// <summary>A server that accepts every insights request and counts the events.</summary>
internal sealed class InsightServer : IAsyncDisposable
{
    private static readonly byte[] EventStart = Encoding.UTF8.GetBytes("{\"user\":");

    private LoopbackServer _server = null!;
    private int _events;

    private InsightServer()
    {
    }

    /// <summary>The number of received events.</summary>
    public int Events => Volatile.Read(ref _events);

    public Uri Uri => _server.Uri;

    public static async Task<InsightServer> StartAsync()
    {
        var server = new InsightServer();
        server._server = await LoopbackServer.StartAsync(app => app.Run(server.ReceiveAsync)).ConfigureAwait(false);
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        await context.Request.Body.CopyToAsync(body).ConfigureAwait(false);
        Interlocked.Add(ref _events, CountEvents(body.GetBuffer().AsSpan(0, (int)body.Length)));
    }

    // Counts without parsing, so that the server does not take processor time from the client.
    private static int CountEvents(ReadOnlySpan<byte> body)
    {
        var count = 0;
        for (int at; (at = body.IndexOf(EventStart)) >= 0; body = body[(at + 1)..])
            count++;
        return count;
    }
}
