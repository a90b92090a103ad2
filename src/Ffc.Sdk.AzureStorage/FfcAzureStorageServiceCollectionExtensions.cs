using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Ffc.Sdk;
using Ffc.Sdk.AzureStorage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Azure Blob Storage as the store for snapshots and undelivered insights.</summary>
public static class FfcAzureStorageServiceCollectionExtensions
{
    private const string Section = "Ffc";

    /// <summary>
    /// Keeps snapshots and undelivered insights in the storage account of the setting <c>AzureWebJobsStorage</c>: a connection
    /// string, or <c>AzureWebJobsStorage__accountName</c> (or <c>__blobServiceUri</c>) with an identity. Without this setting,
    /// no store is registered. Starts the download of the snapshot immediately, so call this method before other registrations.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configuration">The configuration of the application, with the section <c>Ffc</c>.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="InvalidOperationException">A setting is invalid; the message names it.</exception>
    /// <example>
    /// <code>
    /// builder.Services.AddFfcAzureBlobStorage(builder.Configuration);
    /// builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"));
    /// </code>
    /// </example>
    public static IServiceCollection AddFfcAzureBlobStorage(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(Section);
        if (StorageConnection.From(configuration) is { } storage)
            services.AddStores(storage, StartPrefetch(storage, section));

        services.AddValidatedOptions().Bind(section);
        return services;
    }

    /// <summary>Keeps snapshots and undelivered insights in the storage account of a client.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="client">The client of the storage account.</param>
    /// <param name="configure">Sets the names of the containers; null for the defaults.</param>
    /// <returns>The same services.</returns>
    /// <example>
    /// <code>
    /// var client = new BlobServiceClient(accountUri, new DefaultAzureCredential());
    /// services.AddFfc(configuration.GetSection("Ffc")).AddFfcAzureBlobStorage(client);
    /// </code>
    /// </example>
    public static IServiceCollection AddFfcAzureBlobStorage(
        this IServiceCollection services, BlobServiceClient client, Action<AzureStorageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        services.AddValidatedOptions().Configure(configure ?? (_ => { }));
        services.AddStores(StorageConnection.From(client), prefetch: null);
        return services;
    }

    private static SnapshotPrefetch? StartPrefetch(StorageConnection storage, IConfigurationSection section) =>
        Snapshot.GetName(section[nameof(FfcOptions.EnvSecret)]) is { } name && !section.GetValue<bool>(nameof(FfcOptions.Offline))
            ? new SnapshotPrefetch(storage, section["Snapshot:Container"] ?? new AzureStorageOptions().SnapshotContainer, name)
            : null;

    private static OptionsBuilder<AzureStorageOptions> AddValidatedOptions(this IServiceCollection services)
    {
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<AzureStorageOptions>, AzureStorageOptionsValidator>());
        return services.AddOptions<AzureStorageOptions>().ValidateOnStart();
    }

    // A separate method, so that the stores and the Azure SDK are loaded only if a storage account is configured.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddStores(this IServiceCollection services, StorageConnection storage, SnapshotPrefetch? prefetch)
    {
        services.AddSingleton<ISnapshotStore>(
            provider => new BlobSnapshotStore(storage, Options(provider).SnapshotContainer, prefetch));
        services.AddSingleton<IInsightOutbox>(provider => new BlobOutbox(
            storage,
            Options(provider).OutboxContainer,
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            (provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger<BlobOutbox>()));

        static AzureStorageOptions Options(IServiceProvider provider) =>
            provider.GetRequiredService<IOptions<AzureStorageOptions>>().Value;
    }
}
