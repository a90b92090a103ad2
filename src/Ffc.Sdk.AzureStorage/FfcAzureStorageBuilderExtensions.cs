using System.Runtime.CompilerServices;
using Azure.Core;
using Azure.Storage.Blobs;
using Ffc.Sdk;
using Ffc.Sdk.AzureStorage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Azure Blob Storage as the store for snapshots and undelivered insights of a client.</summary>
/// <remarks>
/// The names of the containers come from the settings of the client. To set them in code, call
/// <c>services.Configure&lt;AzureStorageOptions&gt;(…)</c>.
/// </remarks>
public static partial class FfcAzureStorageBuilderExtensions
{
    /// <summary>
    /// Keeps snapshots and undelivered insights in the storage account of the registered <see cref="BlobServiceClient"/>, such as
    /// the client that <c>services.AddAzureClients(…)</c> registers. A client with the key of the builder takes precedence.
    /// </summary>
    /// <param name="builder">The builder that <c>AddFfc</c> returned.</param>
    /// <returns>The same builder.</returns>
    /// <example>
    /// <code>
    /// services.AddFfc(configuration.GetSection("Ffc")).AddAzureBlobStorage();
    /// </code>
    /// </example>
    public static FfcBuilder AddAzureBlobStorage(this FfcBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddOptions().AddStores(prefetch: null, provider => StorageConnection.From(
            (builder.ServiceKey is { } key ? provider.GetKeyedService<BlobServiceClient>(key) : null)
            ?? provider.GetRequiredService<BlobServiceClient>()));
    }

    /// <summary>Keeps snapshots and undelivered insights in the storage account of a client.</summary>
    /// <param name="builder">The builder that <c>AddFfc</c> returned.</param>
    /// <param name="client">The client of the storage account.</param>
    /// <returns>The same builder.</returns>
    /// <example>
    /// <code>
    /// var client = new BlobServiceClient(accountUri, new DefaultAzureCredential());
    /// services.AddFfc(configuration.GetSection("Ffc")).AddAzureBlobStorage(client);
    /// </code>
    /// </example>
    public static FfcBuilder AddAzureBlobStorage(this FfcBuilder builder, BlobServiceClient client)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(client);
        var storage = StorageConnection.From(client);
        return builder.AddOptions().AddStores(prefetch: null, _ => storage);
    }

    /// <summary>
    /// Keeps snapshots and undelivered insights in the storage account of a connection string. Starts the download of the
    /// snapshot immediately.
    /// </summary>
    /// <param name="builder">The builder that <c>AddFfc</c> returned.</param>
    /// <param name="connectionString">The connection string.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">The text is not a connection string.</exception>
    public static FfcBuilder AddAzureBlobStorage(this FfcBuilder builder, string connectionString)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var storage = StorageConnection.From(connectionString);
        return builder.AddOptions().AddStores(builder.StartPrefetch(storage), _ => storage);
    }

    /// <summary>
    /// Keeps snapshots and undelivered insights in the storage account of the setting <c>AzureWebJobsStorage</c>: a connection
    /// string, or <c>AzureWebJobsStorage__accountName</c> (or <c>__blobServiceUri</c>) with an identity, which needs the package
    /// <c>Azure.Identity</c>. Without this setting, nothing is stored in blobs. Starts the download of the snapshot immediately.
    /// </summary>
    /// <param name="builder">The builder that <c>AddFfc</c> returned.</param>
    /// <param name="configuration">The configuration of the app.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">A setting is invalid; the message names it.</exception>
    /// <example>
    /// <code>
    /// builder.Services.AddFfc(builder.Configuration.GetSection("Ffc")).AddAzureBlobStorage(builder.Configuration);
    /// </code>
    /// </example>
    public static FfcBuilder AddAzureBlobStorage(this FfcBuilder builder, IConfiguration configuration) =>
        builder.AddAzureWebJobsStorage(configuration, credential: null);

    /// <summary>
    /// Keeps snapshots and undelivered insights in the storage account of the setting <c>AzureWebJobsStorage</c>. If the setting
    /// names an account without a key, the credential gives access.
    /// </summary>
    /// <inheritdoc cref="AddAzureBlobStorage(FfcBuilder, IConfiguration)"/>
    /// <param name="builder">The builder that <c>AddFfc</c> returned.</param>
    /// <param name="configuration">The configuration of the app.</param>
    /// <param name="credential">The credential.</param>
    public static FfcBuilder AddAzureBlobStorage(
        this FfcBuilder builder, IConfiguration configuration, TokenCredential credential)
    {
        ArgumentNullException.ThrowIfNull(credential);
        return builder.AddAzureWebJobsStorage(configuration, credential);
    }

    private static FfcBuilder AddAzureWebJobsStorage(
        this FfcBuilder builder, IConfiguration configuration, TokenCredential? credential)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configuration);
        if (StorageConnection.From(configuration, credential) is { } storage)
            builder.AddStores(builder.StartPrefetch(storage), _ => storage);
        return builder.AddOptions();
    }

    private static SnapshotPrefetch? StartPrefetch(this FfcBuilder builder, StorageConnection storage) =>
        builder.Configuration is { } section
        && Snapshot.GetName(section[nameof(FfcOptions.EnvSecret)]) is { } name
        && !section.GetValue<bool>(nameof(FfcOptions.Offline))
            ? new SnapshotPrefetch(
                storage, section[AzureStorageOptions.SnapshotSetting] ?? new AzureStorageOptions().SnapshotContainer, name)
            : null;

    private static FfcBuilder AddOptions(this FfcBuilder builder)
    {
        builder.AddKnownSettings(AzureStorageOptions.SnapshotSetting, AzureStorageOptions.OutboxSetting);
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<AzureStorageOptions>, AzureStorageOptionsValidator>());
        var options = builder.Services.AddOptions<AzureStorageOptions>(builder.ServiceKey).ValidateOnStart();
        if (builder.Configuration is not { } configuration)
            return builder;

        if (configuration is IConfigurationSection section)
            options.Configure(settings => settings.SettingPrefix = $"{section.Path}:");
        options.Bind(configuration);
        return builder;
    }

    // A separate method, so that the stores and the Azure SDK are loaded only if a storage account is configured.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FfcBuilder AddStores(
        this FfcBuilder builder, SnapshotPrefetch? prefetch, Func<IServiceProvider, StorageConnection> connect)
    {
        if (builder.ServiceKey is { } key)
        {
            builder.Services.AddKeyedSingleton<ISnapshotStore>(key, (provider, _) => CreateSnapshotStore(provider));
            builder.Services.AddKeyedSingleton<IInsightOutbox>(key, (provider, _) => CreateOutbox(provider));
        }
        else
        {
            builder.Services.AddSingleton<ISnapshotStore>(CreateSnapshotStore);
            builder.Services.AddSingleton<IInsightOutbox>(CreateOutbox);
        }

        return builder;

        BlobSnapshotStore CreateSnapshotStore(IServiceProvider provider) =>
            new(connect(provider), OptionsOf(provider).SnapshotContainer, prefetch);

        BlobOutbox CreateOutbox(IServiceProvider provider)
        {
            var storage = connect(provider);
            var logger = (provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger<BlobOutbox>();
            if (storage.IgnoredSetting is { } setting)
                LogIgnored(logger, setting);
            var timeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            return new BlobOutbox(storage, OptionsOf(provider).OutboxContainer, timeProvider, logger);
        }

        AzureStorageOptions OptionsOf(IServiceProvider provider) =>
            provider.GetRequiredService<IOptionsMonitor<AzureStorageOptions>>().Get(builder.ServiceKey);
    }

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning,
        Message = "{Setting} has no effect, because AzureWebJobsStorage is a connection string. Remove one of them")]
    private static partial void LogIgnored(ILogger logger, string setting);
}
