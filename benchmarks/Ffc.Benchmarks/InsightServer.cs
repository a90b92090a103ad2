using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ffc.Benchmarks;

/// <summary>A server that takes insights as fast as it can: it reads them and says yes.</summary>
internal sealed class InsightServer : IAsyncDisposable
{
    private static readonly byte[] EventStart = Encoding.UTF8.GetBytes("{\"user\":");

    private readonly WebApplication _app;
    private int _events;

    private InsightServer(WebApplication app) => _app = app;

    /// <summary>How many events came.</summary>
    public int Events => Volatile.Read(ref _events);

    public Uri Uri => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<InsightServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new InsightServer(builder.Build());
        server._app.Run(server.TakeAsync);
        await server._app.StartAsync().ConfigureAwait(false);
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream((int)(context.Request.ContentLength ?? 0));
        await context.Request.Body.CopyToAsync(body).ConfigureAwait(false);
        Interlocked.Add(ref _events, Count(body.GetBuffer().AsSpan(0, (int)body.Length)));
    }

    private static int Count(ReadOnlySpan<byte> body)
    {
        var count = 0;
        for (int at; (at = body.IndexOf(EventStart)) >= 0; body = body[(at + 1)..])
            count++;
        return count;
    }
}
