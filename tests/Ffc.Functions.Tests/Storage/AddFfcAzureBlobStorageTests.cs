using System.Text;
using Azure.Storage.Blobs;
using Ffc.Sdk;
using Ffc.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ffc.Functions.Tests.Storage;

public sealed class AddFfcAzureBlobStorageTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly string EnvSecret = Convert.ToBase64String("test%20260101000000__1__2__3__default_00001"u8);

    private readonly string _containers = $"di-{Guid.NewGuid():N}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Registers_no_store_when_no_account_is_configured()
    {
        using var services = new ServiceCollection().AddFfcAzureBlobStorage(Configuration()).BuildServiceProvider();

        Assert.Null(services.GetService<ISnapshotStore>());
        Assert.Null(services.GetService<IInsightOutbox>());
    }

    [Fact]
    public async Task The_stores_use_the_configured_account_and_containers()
    {
        await using var services = new ServiceCollection()
            .AddFfcAzureBlobStorage(Configuration(
                ("AzureWebJobsStorage", azurite.ConnectionString),
                ("Ffc:EnvSecret", EnvSecret),
                ("Ffc:Snapshot:Container", $"{_containers}-s"),
                ("Ffc:Outbox:Container", $"{_containers}-o")))
            .BuildServiceProvider();

        await AssertStoresWorkAsync(services);
    }

    [Fact]
    public async Task The_stores_use_the_given_client_and_containers()
    {
        await using var services = new ServiceCollection()
            .AddFfcAzureBlobStorage(new BlobServiceClient(azurite.ConnectionString), options =>
            {
                options.SnapshotContainer = $"{_containers}-s";
                options.OutboxContainer = $"{_containers}-o";
            })
            .BuildServiceProvider();

        await AssertStoresWorkAsync(services);
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
        builder.Services.AddFfcAzureBlobStorage(Configuration(($"Ffc:{section}:Container", name)));
        using var host = builder.Build();

        var exception = await Record.ExceptionAsync(() => host.StartAsync(Token));

        if (isValid)
            Assert.Null(exception);
        else
            Assert.StartsWith($"Ffc:{section}:Container: must be", Assert.IsType<OptionsValidationException>(exception).Message);
    }

    private async Task AssertStoresWorkAsync(ServiceProvider services)
    {
        var snapshots = services.GetRequiredService<ISnapshotStore>();
        var outbox = services.GetRequiredService<IInsightOutbox>();
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
