namespace Ffc.Tests;

/// <summary>Blob storage for a test class: one Azurite for all classes of the test process. Use containers of your own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private static readonly Lazy<Task<Azurite>> Shared = new(Azurite.StartAsync);

    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync() => ConnectionString = (await Shared.Value).ConnectionString;

    // The one Azurite ends with the process: another class may be about to use it.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
