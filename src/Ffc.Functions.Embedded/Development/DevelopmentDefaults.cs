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

    // Where an application that has no storage keeps what it keeps; nothing for a repository.
    private const string Folder = ".ffc";

    /// <summary>
    /// Adds a development server to an application whose client was told of no other, and a folder for what that client keeps.
    /// </summary>
    public static void AddTo(FunctionsApplicationBuilder builder, HostJson hostJson)
    {
        var configuration = builder.Configuration;
        if (builder.Services.All(service => service.ServiceType != typeof(IFfcClient))
            || configuration.GetValue<bool>("Ffc:Offline")
            || !string.IsNullOrEmpty(configuration[EnvSecret])
            || !string.IsNullOrEmpty(configuration[StreamingUri]))
            return;

        if (string.IsNullOrEmpty(configuration[SnapshotPath]))
            configuration[SnapshotPath] = Path.Combine(Directory.GetCurrentDirectory(), Folder, "snapshots");

        // Before all others: the client reads its settings when it starts, and the server's address is known only then.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(
            services => ActivatorUtilities.CreateInstance<DevelopmentServer>(services, hostJson)));
    }

    /// <summary>Points the client at a development server.</summary>
    public static void Use(FfcDevServer server, IConfiguration configuration)
    {
        configuration[EnvSecret] = server.EnvSecret;
        configuration[StreamingUri] = server.StreamingUri.ToString();
        configuration[EventsUri] = server.BaseUri.ToString();
    }
}
