using Ffc.DevServer;
using Ffc.Functions.Settings;
using Ffc.Sdk;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ffc.Host.Development;

/// <summary>The defaults with which the host runs without configuration.</summary>
internal static class DevelopmentDefaults
{
    private const string EnvSecret = "Ffc:EnvSecret";
    private const string StreamingUri = "Ffc:StreamingUri";
    private const string EventsUri = "Ffc:EventsUri";
    private const string SnapshotPath = "Ffc:Snapshot:Path";
    private const string OutboxPath = "Ffc:Outbox:Path";
    private const string EventStreams = "Ffc:Ofrep:EventStreams";
    private const string Offline = "Ffc:Offline";
    private const string Storage = "AzureWebJobsStorage";
    private const string EveryHalfMinute = "*/30 * * * * *";

    private static readonly string FunctionKey = HostSettings.NameOf(nameof(HostSettings.FunctionKey));

    // A folder in the working directory. Git ignores it.
    private const string Folder = ".ffc";

    /// <summary>
    /// Adds a folder for undelivered insights and a summary of insights on the console. If no server is configured, also
    /// adds a development server and a folder for snapshots, unless a function key or a storage account is configured.
    /// </summary>
    /// <param name="builder">The builder of the host.</param>
    /// <param name="hostJson">The content of <c>host.json</c>.</param>
    /// <param name="commandLine">The options for the development server.</param>
    /// <exception cref="InvalidOperationException">There are such options, but the server does not start.</exception>
    public static void AddTo(WebApplicationBuilder builder, HostJson hostJson, HostCommandLine commandLine)
    {
        var configuration = builder.Configuration;
        if (builder.Services.All(service => service.ServiceType != typeof(IFfcClient)))
            return;

        var isOffline = bool.TryParse(configuration[Offline], out var offline) && offline;
        if (!isOffline)
        {
            builder.Services.AddHostedService<InsightSummary>();
            SetDefault(configuration, OutboxPath, Path.Combine(Directory.GetCurrentDirectory(), Folder, "outbox"));
            SetDefault(configuration, EventStreams, "true");
            SetDefault(configuration, HostSettings.NameOf(nameof(HostSettings.FlushSchedule)), EveryHalfMinute);
        }

        // A secret that is set but empty is an error, which the client reports. So is a missing secret in a deployment, which
        // has one of the other settings.
        var reason = isOffline ? $"{Offline} is true"
            : new[] { EnvSecret, StreamingUri, FunctionKey, Storage }
                .FirstOrDefault(name => configuration.GetSection(name).Exists()) is { } setting ? $"{setting} is set"
            : null;
        if (reason is null)
            AddServer(builder, hostJson, commandLine);
        else if (commandLine.DevelopmentOption is { } option)
        {
            throw new InvalidOperationException(
                $"{option} is for the development server, which does not start because {reason}.");
        }
    }

    /// <summary>Redirects <c>/</c> to the dashboard of the development server, if there is one.</summary>
    public static void MapDashboard(WebApplication application)
    {
        // A function that has this route comes first.
        if (application.Services.GetService<DevelopmentServer>() is { } server)
            application.MapGet("/", server.RedirectToDashboardAsync).WithOrder(1);
    }

    /// <summary>Configures the client to use a development server.</summary>
    public static void Use(FfcDevServer server, IConfiguration configuration)
    {
        configuration[EnvSecret] = server.EnvSecret;
        configuration[StreamingUri] = server.StreamingUri.ToString();
        configuration[EventsUri] = server.BaseUri.ToString();
    }

    private static void AddServer(WebApplicationBuilder builder, HostJson hostJson, HostCommandLine commandLine)
    {
        SetDefault(builder.Configuration, SnapshotPath, Path.Combine(Directory.GetCurrentDirectory(), Folder, "snapshots"));
        builder.Services.AddSingleton(
            services => ActivatorUtilities.CreateInstance<DevelopmentServer>(services, hostJson, commandLine));

        // The first service, so that the address of the server is known before the client reads its settings.
        builder.Services.Insert(
            0, ServiceDescriptor.Singleton<IHostedService>(services => services.GetRequiredService<DevelopmentServer>()));
    }

    private static void SetDefault(ConfigurationManager configuration, string name, string value)
    {
        if (string.IsNullOrEmpty(configuration[name]))
            configuration[name] = value;
    }
}
