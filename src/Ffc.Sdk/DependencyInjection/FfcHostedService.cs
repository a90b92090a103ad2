using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ffc.Sdk;

/// <summary>Starts the client with the host, and stops it with the host.</summary>
internal sealed class FfcHostedService(IServiceProvider services) : IHostedService
{
    // Resolving makes the client, which connects in the background: waiting here would only hold up the host.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<FfcClient>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => services.GetRequiredService<FfcClient>().DisposeAsync().AsTask();
}
