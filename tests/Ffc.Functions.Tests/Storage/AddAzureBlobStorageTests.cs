using System.Text;
using Azure.Storage.Blobs;
using Ffc.Sdk;
using Ffc.Sdk.AzureStorage;
using Ffc.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace Ffc.Functions.Tests.Storage;

public sealed class AddAzureBlobStorageTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly string EnvSecret = Convert.ToBase64String("test%20260101000000__1__2__3__default_00001"u8);

    private readonly string _containers = $"di-{Guid.NewGuid():N}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Registers_no_store_when_no_account_is_configured()
    {
        using var services = Offline().AddAzureBlobStorage(Configuration()).Services.BuildServiceProvider();

        Assert.Null(services.GetService<ISnapshotStore>());
        Assert.Null(services.GetService<IInsightOutbox>());
    }

    [Fact]
    public async Task The_stores_use_the_configured_account_and_containers()
    {
        var configuration = Configuration(
            ("AzureWebJobsStorage", azurite.ConnectionString),
            ("Ffc:EnvSecret", EnvSecret),
            ("Ffc:Snapshot:Container", $"{_containers}-s"),
            ("Ffc:Outbox:Container", $"{_containers}-o"));
        await using var services = new ServiceCollection()
            .AddFfc(configuration.GetSection("Ffc")).AddAzureBlobStorage(configuration).Services.BuildServiceProvider();

        await AssertStoresWorkAsync(services);
    }

    [Theory]
    [InlineData("blobServiceUri", "https://ffcstore.blob.core.windows.net")]
    [InlineData("accountName", "ffcstore")]
    [InlineData("queueServiceUri", null)]
    public void A_setting_that_a_connection_string_replaces_is_logged(string name, string? value)
    {
        var configuration = Configuration(
            ("AzureWebJobsStorage", "UseDevelopmentStorage=true"), ($"AzureWebJobsStorage:{name}", value ?? "https://q"));
        var logs = new FakeLogCollector();
        var builder = Offline().AddAzureBlobStorage(configuration);
        builder.Services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs)));
        using var services = builder.Services.BuildServiceProvider();
        services.GetRequiredService<IInsightOutbox>();

        string[] expected = value is null
            ? []
            :
            [
                $"AzureWebJobsStorage__{name} has no effect, because AzureWebJobsStorage is a connection string. "
                + "Remove one of them",
            ];
        Assert.Equal(expected, logs.GetSnapshot().Select(log => log.Message));
    }

    [Fact]
    public async Task The_stores_use_the_account_of_a_connection_string()
    {
        await using var services = WithContainers(Offline().AddAzureBlobStorage(azurite.ConnectionString));

        await AssertStoresWorkAsync(services);
    }

    [Fact]
    public async Task The_stores_use_the_given_client_and_containers()
    {
        await using var services = WithContainers(
            Offline().AddAzureBlobStorage(new BlobServiceClient(azurite.ConnectionString)));

        await AssertStoresWorkAsync(services);
    }

    [Fact]
    public async Task The_stores_use_the_registered_client()
    {
        var builder = Offline().AddAzureBlobStorage();
        builder.Services.AddSingleton(new BlobServiceClient(azurite.ConnectionString));
        await using var services = WithContainers(builder);

        await AssertStoresWorkAsync(services);
    }

    [Fact]
    public void An_invalid_connection_string_is_refused_without_showing_it()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Offline().AddAzureBlobStorage("sesame"));

        Assert.Equal("The connection string: must be a storage connection string.", exception.Message);
    }

    [Fact]
    public async Task A_keyed_client_has_its_own_stores_and_settings()
    {
        var configuration = Configuration(
            ("AzureWebJobsStorage", azurite.ConnectionString),
            ("Ffc:Offline", "true"),
            ("FfcEu:EnvSecret", EnvSecret),
            ("FfcEu:Snapshot:Container", $"{_containers}-s"),
            ("FfcEu:Outbox:Container", $"{_containers}-o"));
        var collection = new ServiceCollection();
        collection.AddFfc(configuration.GetSection("Ffc")).AddAzureBlobStorage(configuration);
        collection.AddFfc("eu", configuration.GetSection("FfcEu")).AddAzureBlobStorage(configuration);
        await using var services = collection.BuildServiceProvider();

        await AssertStoresWorkAsync(services, "eu");
        var snapshots = services.GetRequiredKeyedService<ISnapshotStore>("eu");
        var options = services.GetRequiredService<IOptionsMonitor<FfcOptions>>();
        Assert.NotSame(services.GetRequiredService<ISnapshotStore>(), snapshots);
        Assert.Same(snapshots, options.Get("eu").SnapshotStore);
        Assert.Same(services.GetRequiredService<IInsightOutbox>(), options.CurrentValue.InsightOutbox);
    }

    [Theory]
    [InlineData("Snapshot", "ab", false)]
    [InlineData("Snapshot", "Upper", false)]
    [InlineData("Snapshot", "two--hyphens", false)]
    [InlineData("Snapshot", "-hyphen", false)]
    [InlineData("Snapshot", "a23456789012345678901234567890123456789012345678901234567890123", true)] // 63
    [InlineData("Snapshot", "a234567890123456789012345678901234567890123456789012345678901234", false)]
    [InlineData("Outbox", "with space", false)]
    [InlineData("Outbox", "a23456789012345678901234567890123456789012345678901234", true)] // 54
    [InlineData("Outbox", "a234567890123456789012345678901234567890123456789012345", false)]
    public async Task The_start_fails_when_a_container_name_is_invalid(string section, string name, bool isValid)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        var configuration = Configuration(($"Flags:{section}:Container", name), ("Flags:Offline", "true"));
        builder.Services.AddFfc(configuration.GetSection("Flags")).AddAzureBlobStorage(configuration);
        using var host = builder.Build();

        var exception = await Record.ExceptionAsync(() => host.StartAsync(Token));

        if (isValid)
        {
            Assert.Null(exception);
            return;
        }

        var message = Assert.IsType<OptionsValidationException>(exception).Message;
        Assert.StartsWith($"Flags:{section}:Container: must be", message, StringComparison.Ordinal);
    }

    private static FfcBuilder Offline() => new ServiceCollection().AddFfc(options => options.Offline = true);

    private ServiceProvider WithContainers(FfcBuilder builder) => builder.Services
        .Configure<AzureStorageOptions>(options =>
            (options.SnapshotContainer, options.OutboxContainer) = ($"{_containers}-s", $"{_containers}-o"))
        .BuildServiceProvider();

    private async Task AssertStoresWorkAsync(ServiceProvider services, string? serviceKey = null)
    {
        var snapshots = services.GetRequiredKeyedService<ISnapshotStore>(serviceKey);
        var outbox = services.GetRequiredKeyedService<IInsightOutbox>(serviceKey);
        var name = Snapshot.GetName(EnvSecret)!;
        var snapshot = new Snapshot
        {
            Metadata = new Dictionary<string, string> { ["dataversion"] = "1" },
            Content = Encoding.UTF8.GetBytes("content"),
        };

        Assert.Null(await snapshots.ReadAsync(name, Token));
        Assert.True(await snapshots.TryWriteAsync(name, snapshot, null, Token));
        await outbox.PutAsync(new InsightBatch("a", "1__2__3", 1, "[1]"u8.ToArray()), Token);

        Assert.NotNull(await snapshots.ReadAsync(name, Token));
        Assert.Equal(1, await outbox.CountAsync("1__2__3", Token));
        var account = new BlobServiceClient(azurite.ConnectionString);
        Assert.True(await account.GetBlobContainerClient($"{_containers}-s").GetBlobClient(name).ExistsAsync(Token));
        Assert.True(await account.GetBlobContainerClient($"{_containers}-o").ExistsAsync(Token));
    }

    private static IConfiguration Configuration(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
        .Build();
}
