using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>A development server, and the function app on both hosts with the same settings.</summary>
public sealed class WorkerService : IAsyncLifetime
{
    private readonly FlagService _service = new();

    internal AppProcess Server => _service.Server;

    /// <summary>The app on Ffc.Host.</summary>
    internal AppProcess App => _service.App;

    /// <summary>The published app on a Functions host.</summary>
    internal FunctionsHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _service.InitializeAsync();
        Host = await FunctionsHost.StartAsync(FlagService.Settings(Server.BaseUri));
        await Eventually.Is(async () => (int)(await Host.Http.GetAsync("/api/health/ready")).StatusCode, status => status == 200);
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        await _service.DisposeAsync();
    }
}
