using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ffc.Sdk;

/// <summary>
/// Creates the client when the host starts, and disposes it when the host stops. The waiting insights are sent when the stop is
/// announced, because the host may first wait for requests in progress.
/// </summary>
internal sealed class FfcHostedService(IServiceProvider services) : IHostedService
{
    // The client connects in the background. Waiting for data here would delay the start of the host.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var client = services.GetRequiredService<FfcClient>();
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(
            () => _ = client.FlushAsync(CancellationToken.None));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        services.GetRequiredService<FfcClient>().DisposeAsync().AsTask();
}
