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
    HostCommandLine commandLine,
    IConfiguration configuration,
    IServer server,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggerFactory,
    TimeProvider timeProvider) : IHostedService, IAsyncDisposable
{
    private const string User = """{"key":"u1","email":"ada@example.com"}""";

    private FfcDevServer? _devServer;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = new DevServerOptions
        {
            Urls = "http://127.0.0.1:0",
            FlagsPath = commandLine.FlagsPath,
            EnvSecret = commandLine.UseFeatBit ? DevServerOptions.FeatBitDevelopmentSecret : null,
            StampOnStart = true,
            TimeProvider = timeProvider,
            LoggerFactory = loggerFactory,
        };
        try
        {
            _devServer = await FfcDevServer.StartAsync(options, cancellationToken);
        }
        catch (ArgumentException exception) when (commandLine is { UseFeatBit: true, FlagsPath: not null })
        {
            // The user knows nothing of the secret, which is the only option that can be invalid.
            throw new InvalidOperationException(
                $"{HostCommandLine.FeatBitOption} is not possible with the flags of an FFC server in {commandLine.FlagsPath}.",
                exception);
        }

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

        // Only the sample flags are known to contain this flag.
        var (path, body) = commandLine.FlagsPath is null
            ? ("/new-checkout", $$"""{"user":{{User}},"default":false}""")
            : ("", $$"""{"user":{{User}}}""");
        var flags = $"the {_devServer!.ServerName} development server serves the flags in {_devServer.FlagsPath}";
        Console.WriteLine(
            $$$"""

            No server is configured: {{{flags}}}
              Dashboard: {{{_devServer.BaseUri}}}
              Try:
            curl -s {{{api}}}/evaluate{{{path}}} -H "Content-Type: application/json" -d '{{{body}}}'
              Edit and save that file, then run the command again. Press Ctrl+C to stop.

            """);
    }
}
