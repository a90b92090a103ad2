namespace Ffc.Tests;

/// <summary>Blob storage from one Azurite per test process. Test classes must use their own containers.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private static readonly Lazy<Task<Azurite>> Shared = new(Azurite.StartAsync);

    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync() => ConnectionString = (await Shared.Value).ConnectionString;

    // Other test classes can still use the shared Azurite; it ends with the test process.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
