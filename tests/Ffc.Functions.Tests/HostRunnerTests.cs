using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ffc.Functions.Tests;

public sealed class HostRunnerTests
{
    [Fact]
    public async Task A_host_that_is_stopped_during_its_start_returns_0() => Assert.Equal(
        0,
        await HostRunner.RunAsync(() => Build((lifetime, token) =>
        {
            lifetime.StopApplication();
            token.ThrowIfCancellationRequested();
        })));

    [Fact]
    public async Task An_unexpected_error_returns_1() => Assert.Equal(
        1, await HostRunner.RunAsync(() => Build((_, _) => throw new NotImplementedException())));

    private static IHost Build(Action<IHostApplicationLifetime, CancellationToken> start)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHostedService(services =>
            new StartAction(token => start(services.GetRequiredService<IHostApplicationLifetime>(), token)));
        return builder.Build();
    }

    private sealed class StartAction(Action<CancellationToken> start) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            start(cancellationToken);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
