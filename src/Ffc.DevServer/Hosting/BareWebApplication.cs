namespace Ffc.DevServer.Hosting;

/// <summary>A web application that takes nothing from its process: no environment, no files, no signals.</summary>
internal static class BareWebApplication
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);

    public static WebApplication Create(IEnumerable<string> urls, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopWithin);
        builder.Logging.AddProvider(new Forwarding(loggers));
        // The framework logs requests with their query, and a stream's query holds a token.
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // A start that fails is thrown; it is for the owner to report.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

        var app = builder.Build();
        foreach (var url in urls)
            app.Urls.Add(url);
        return app;
    }

    /// <summary>Leaves start, stop and signals to whoever owns the server.</summary>
    private sealed class OwnersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Logs through the owner's factory without taking it over.</summary>
    private sealed class Forwarding(ILoggerFactory loggers) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => loggers.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
