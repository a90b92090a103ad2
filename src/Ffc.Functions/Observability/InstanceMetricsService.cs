using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ffc.Functions.Observability;

/// <summary>Creates the gauges when the host starts.</summary>
internal sealed class InstanceMetricsService(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Not a constructor parameter: hosted services are created before the development server sets the client's settings.
        services.GetRequiredService<InstanceMetrics>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
