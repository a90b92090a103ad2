using Ffc.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Functions.Storage;

/// <summary>Adds what the function app keeps in blobs.</summary>
internal static class StorageServiceCollectionExtensions
{
    /// <summary>
    /// Keeps snapshots and undelivered insights in blobs where <c>AzureWebJobsStorage</c> is set, and begins to read the snapshot that
    /// this start wants. Without that setting nothing is added.
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting cannot work; the message names it.</exception>
    public static IServiceCollection AddBlobStorage(this IServiceCollection services, IConfiguration configuration)
    {
        if (StorageConnection.From(configuration) is not { } storage)
            return services;

        var snapshots = new BlobSnapshotStore(storage, configuration["Ffc:Snapshot:Container"] ?? new SnapshotOptions().Container);
        if (Snapshot.GetName(configuration["Ffc:EnvSecret"]) is { } name && !configuration.GetValue<bool>("Ffc:Offline"))
            snapshots.Prefetch(name);

        services.AddSingleton(storage);
        services.AddSingleton<ISnapshotStore>(snapshots);
        services.AddSingleton<IInsightOutbox>(provider => ActivatorUtilities.CreateInstance<BlobOutbox>(
            provider, storage, configuration["Ffc:Outbox:Container"] ?? new OutboxOptions().Container));
        return services;
    }
}
