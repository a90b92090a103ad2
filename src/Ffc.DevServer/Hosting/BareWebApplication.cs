namespace Ffc.DevServer.Hosting;

/// <summary>Creates a web application that reads no environment variables and no files, and handles no signals.</summary>
internal static class BareWebApplication
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    public static WebApplication Create(
        IEnumerable<string> urls, ILoggerFactory loggerFactory, Action<IServiceCollection>? addServices = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, CallerControlledLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Logging.AddProvider(new ForwardingLoggerProvider(loggerFactory));
        // At lower levels, ASP.NET Core logs the query of a request. The query of a streaming request contains a token.
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // A failed start throws; the caller reports it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

        addServices?.Invoke(builder.Services);

        var app = builder.Build();
        foreach (var url in urls)
            app.Urls.Add(url);
        return app;
    }

    /// <summary>Leaves start, stop and signals to the caller.</summary>
    private sealed class CallerControlledLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Logs to the caller's factory and does not dispose it.</summary>
    private sealed class ForwardingLoggerProvider(ILoggerFactory loggerFactory) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => loggerFactory.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
