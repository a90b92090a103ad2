using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Ffc.Tests;

/// <summary>A Kestrel server on a loopback port.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackServer(WebApplication app) => (_app, Uri) = (app, new Uri(app.Urls.Single()));

    public Uri Uri { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="configure">Adds middleware and routes.</param>
    /// <param name="port">The port to listen on; 0 selects a free one.</param>
    /// <param name="https">The options of HTTPS; null for HTTP.</param>
    public static async Task<LoopbackServer> StartAsync(
        Action<WebApplication> configure, int port = 0, Action<HttpsConnectionAdapterOptions>? https = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration()
            .UseUrls($"{(https is null ? "http" : "https")}://127.0.0.1:{port}")
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                if (https is not null)
                    kestrel.ConfigureHttpsDefaults(https);
            });
        var app = builder.Build();
        try
        {
            configure(app);
            await app.StartAsync().ConfigureAwait(false);
            return new LoopbackServer(app);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops the server without a grace period: open connections are aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
