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
    private const string Storage = "AzureWebJobsStorage";
    private const string EveryHalfMinute = "*/30 * * * * *";

    // A folder in the working directory. Git ignores it.
    private const string Folder = ".ffc";

    /// <summary>
    /// Adds a folder for undelivered insights and a summary of insights on the console. If no server is configured, also
    /// adds a development server and a folder for snapshots, unless a function key or a storage account is configured.
    /// </summary>
    /// <param name="builder">The builder of the host.</param>
    /// <param name="hostJson">The content of <c>host.json</c>.</param>
    /// <param name="useFeatBit">Whether the development server is a FeatBit server.</param>
    public static void AddTo(WebApplicationBuilder builder, HostJson hostJson, bool useFeatBit)
    {
        var configuration = builder.Configuration;
        var hasClient = builder.Services.Any(service => service.ServiceType == typeof(IFfcClient));
        if (!hasClient || (bool.TryParse(configuration["Ffc:Offline"], out var isOffline) && isOffline))
            return;

        builder.Services.AddHostedService<InsightSummary>();
        SetDefault(configuration, OutboxPath, Path.Combine(Directory.GetCurrentDirectory(), Folder, "outbox"));
        SetDefault(configuration, EventStreams, "true");
        SetDefault(configuration, HostSettings.NameOf(nameof(HostSettings.FlushSchedule)), EveryHalfMinute);
        if (!string.IsNullOrEmpty(configuration[EnvSecret]) || !string.IsNullOrEmpty(configuration[StreamingUri]))
            return;

        // A deployment has one of these settings. Then a missing secret is an error, which the client reports.
        if (HostSettings.From(configuration).FunctionKey is { Length: > 0 } || configuration.GetSection(Storage).Exists())
            return;

        SetDefault(configuration, SnapshotPath, Path.Combine(Directory.GetCurrentDirectory(), Folder, "snapshots"));

        var secret = useFeatBit ? DevServerOptions.FeatBitDevelopmentSecret : DevServerOptions.DevelopmentSecret;

        builder.Services.AddSingleton(
            services => ActivatorUtilities.CreateInstance<DevelopmentServer>(services, hostJson, secret));

        // The first service, so that the address of the server is known before the client reads its settings.
        builder.Services.Insert(
            0, ServiceDescriptor.Singleton<IHostedService>(services => services.GetRequiredService<DevelopmentServer>()));
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

    private static void SetDefault(ConfigurationManager configuration, string name, string value)
    {
        if (string.IsNullOrEmpty(configuration[name]))
            configuration[name] = value;
    }
}
