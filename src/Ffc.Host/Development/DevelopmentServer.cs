using Ffc.DevServer;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Host.Development;

/// <summary>Runs the development server inside the host, and prints its addresses and a command to try.</summary>
internal sealed class DevelopmentServer(
    HostJson hostJson,
    string envSecret,
    IConfiguration configuration,
    IServer server,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggerFactory,
    TimeProvider timeProvider) : IHostedService, IAsyncDisposable
{
    private const string Body = """{"user":{"key":"u1","email":"ada@example.com"},"default":false}""";

    private FfcDevServer? _devServer;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _devServer = await FfcDevServer.StartAsync(
            new DevServerOptions
            {
                Urls = "http://127.0.0.1:0",
                EnvSecret = envSecret,
                StampOnStart = true,
                TimeProvider = timeProvider,
                LoggerFactory = loggerFactory,
            },
            cancellationToken);
        DevelopmentDefaults.Use(_devServer, configuration);
        lifetime.ApplicationStarted.Register(PrintBanner);
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _devServer?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Redirects a browser to the dashboard.</summary>
    public Task RedirectToDashboardAsync(HttpContext context)
    {
        // The server is started before the host accepts requests.
        context.Response.Redirect(_devServer!.BaseUri.ToString());
        return Task.CompletedTask;
    }

    private void PrintBanner()
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var address = addresses.FirstOrDefault() ?? "";
        var api = hostJson.RoutePrefix.Length == 0 ? address : $"{address}/{hostJson.RoutePrefix}";
        var flags = $"the {_devServer!.ServerName} development server serves the flags in {_devServer.FlagsPath}";
        Console.WriteLine(
            $$$"""

            No server is configured: {{{flags}}}
              Dashboard: {{{_devServer.BaseUri}}}
              Try:
            curl -s {{{api}}}/evaluate/new-checkout -H "Content-Type: application/json" -d '{{{Body}}}'
              Edit and save that file, then run the command again. Press Ctrl+C to stop.

            """);
    }
}
