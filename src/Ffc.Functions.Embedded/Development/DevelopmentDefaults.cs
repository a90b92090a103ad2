using Ffc.DevServer;
using Ffc.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ffc.Functions.Embedded.Development;

/// <summary>What makes an application with an FFC client run where nothing is configured.</summary>
internal static class DevelopmentDefaults
{
    private const string EnvSecret = "Ffc:EnvSecret";
    private const string StreamingUri = "Ffc:StreamingUri";
    private const string EventsUri = "Ffc:EventsUri";
    private const string SnapshotPath = "Ffc:Snapshot:Path";
    private const string OutboxPath = "Ffc:Outbox:Path";
    private const string FlushSchedule = "Ffc:FlushSchedule";
    private const string EveryHalfMinute = "*/30 * * * * *";

    // Where an application that has no storage keeps what it keeps; nothing for a repository.
    private const string Folder = ".ffc";

    /// <summary>
    /// Adds a development server to an application whose client was told of no other, a folder for what a client keeps, and what
    /// tells of it on the console.
    /// </summary>
    public static void AddTo(FunctionsApplicationBuilder builder, HostJson hostJson)
    {
        var configuration = builder.Configuration;
        if (builder.Services.All(service => service.ServiceType != typeof(IFfcClient)) || configuration.GetValue<bool>("Ffc:Offline"))
            return;

        builder.Services.AddHostedService<InsightSummary>();
        SetDefault(configuration, OutboxPath, Path.Combine(Directory.GetCurrentDirectory(), Folder, "outbox"));
        SetDefault(configuration, FlushSchedule, EveryHalfMinute);
        if (!string.IsNullOrEmpty(configuration[EnvSecret]) || !string.IsNullOrEmpty(configuration[StreamingUri]))
            return;

        SetDefault(configuration, SnapshotPath, Path.Combine(Directory.GetCurrentDirectory(), Folder, "snapshots"));

        // Before all others: the client reads its settings when it starts, and the server's address is known only then.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(
            services => ActivatorUtilities.CreateInstance<DevelopmentServer>(services, hostJson)));
    }

    private static void SetDefault(ConfigurationManager configuration, string name, string value)
    {
        if (string.IsNullOrEmpty(configuration[name]))
            configuration[name] = value;
    }

    /// <summary>Points the client at a development server.</summary>
    public static void Use(FfcDevServer server, IConfiguration configuration)
    {
        configuration[EnvSecret] = server.EnvSecret;
        configuration[StreamingUri] = server.StreamingUri.ToString();
        configuration[EventsUri] = server.BaseUri.ToString();
    }
}
