using Ffc.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Embedded.Development;

/// <summary>Tells once a minute what became of insights, for those who have nothing but the console. Silent while there is nothing to tell.</summary>
internal sealed partial class InsightSummary(IServiceProvider services, TimeProvider clock, ILogger<InsightSummary> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Only now: hosted services are made before the first of them starts, and the development server has its say before the
        // client. And a host that cannot start has nothing to add to the reason why.
        _loop = LoopAsync(services.GetRequiredService<IFfcClient>(), _stopping.Token);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    public Task StopAsync(CancellationToken cancellationToken) => _loop.WaitAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task LoopAsync(IFfcClient client, CancellationToken stopping)
    {
        using var minute = new PeriodicTimer(Interval, clock);
        var before = client.Insights;
        try
        {
            while (await minute.WaitForNextTickAsync(stopping))
            {
                var now = client.Insights;
                if (now == before)
                    continue;

                LogSummary(
                    now.Queued - before.Queued,
                    now.Delivered - before.Delivered,
                    now.ToOutbox - before.ToOutbox,
                    now.Rejected - before.Rejected,
                    now.Lost - before.Lost,
                    now.Waiting,
                    now.Problem is { } problem ? $" ({problem})" : "");
                before = now;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Insights in the last minute: {Queued} taken in, {Delivered} delivered, {ToOutbox} to the outbox, {Rejected} rejected, "
            + "{Lost} lost; {Waiting} are waiting{Problem}")]
    private partial void LogSummary(long queued, long delivered, long toOutbox, long rejected, long lost, int waiting, string problem);
}
