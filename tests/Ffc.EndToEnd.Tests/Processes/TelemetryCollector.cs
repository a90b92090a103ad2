using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Ffc.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ffc.EndToEnd.Tests.Processes;

/// <summary>Receives exported telemetry in any format and keeps it as text.</summary>
internal sealed class TelemetryCollector : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _received = new();
    private LoopbackServer _server = null!;

    private TelemetryCollector()
    {
    }

    public Uri Uri => _server.Uri;

    public static async Task<TelemetryCollector> StartAsync()
    {
        var collector = new TelemetryCollector();
        collector._server = await LoopbackServer.StartAsync(app => app.Run(collector.ReceiveAsync));
        return collector;
    }

    /// <summary>Returns the bodies that were sent to a path. Names and texts are readable in every format.</summary>
    public string Received(string path) => string.Join('\n', _received.TryGetValue(path, out var texts) ? texts : []);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        var stream = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body;
        using var body = new MemoryStream();
        await stream.CopyToAsync(body, context.RequestAborted);
        var text = Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
        _received.GetOrAdd(context.Request.Path, _ => new()).Enqueue(text);
    }
}
