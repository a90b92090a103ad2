using Ffc.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Host.Development;

/// <summary>Logs once a minute how many insights were delivered, stored or lost, if a number has changed.</summary>
internal sealed partial class InsightSummary(IServiceProvider services, TimeProvider timeProvider, ILogger<InsightSummary> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Not a constructor parameter: hosted services are created before the development server sets the client's settings.
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
        using var timer = new PeriodicTimer(Interval, timeProvider);
        var before = client.Insights.Status;
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                var now = client.Insights.Status;
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
        EventId = 161,
        Level = LogLevel.Information,
        Message = "Insights in the last minute: {Queued} queued, {Delivered} delivered, {ToOutbox} to the outbox, "
            + "{Rejected} rejected, {Lost} lost; {Waiting} waiting{Problem}")]
    private partial void LogSummary(
        long queued, long delivered, long toOutbox, long rejected, long lost, int waiting, string problem);
}
