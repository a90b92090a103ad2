using Ffc.DevServer;
using Ffc.Functions.Embedded.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Embedded.Development;

/// <summary>Runs the development server inside the application, and tells whoever started it what to try.</summary>
internal sealed partial class DevelopmentServer(
    HostJson hostJson,
    IConfiguration configuration,
    IServer server,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggerFactory,
    TimeProvider clock) : IHostedService, IAsyncDisposable
{
    private FfcDevServer? _flags;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _flags = await FfcDevServer.StartAsync(
            new DevServerOptions
            {
                Urls = "http://127.0.0.1:0",
                StampOnStart = true,
                TimeProvider = clock,
                LoggerFactory = loggerFactory,
            },
            cancellationToken);
        DevelopmentDefaults.Use(_flags, configuration);
        lifetime.ApplicationStarted.Register(SayHello);
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _flags?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void SayHello()
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (!addresses.All(ListenAddresses.IsLoopback))
            LogReachable(loggerFactory.CreateLogger<DevelopmentServer>());

        var address = addresses.FirstOrDefault() ?? "";
        var api = hostJson.RoutePrefix.Length == 0 ? address : $"{address}/{hostJson.RoutePrefix}";

        // The key itself is not for the console: the shell puts it in from where it was configured.
        var key = string.IsNullOrEmpty(configuration["Ffc:FunctionKey"]) ? "" : " -H \"x-functions-key: $Ffc__FunctionKey\"";
        Console.WriteLine(
            $$$"""

            No FFC server is configured, so a development server gives the flags of {{{_flags!.FlagsPath}}}
              insights it gets:  {{{_flags.BaseUri}}}insights
              try:
            curl -s {{{api}}}/evaluate/new-checkout{{{key}}} -H "Content-Type: application/json" -d '{"user":{"key":"u1","email":"ada@example.com"},"default":false}'
              Edit that file, save it, and ask again. Ctrl+C ends it.

            """);
    }

    [LoggerMessage(EventId = 91, Level = LogLevel.Warning,
        Message = "Others can reach this host, and get the flags of an example: no FFC server is configured. Set Ffc:EnvSecret for the flags of your environment")]
    private static partial void LogReachable(ILogger logger);
}
