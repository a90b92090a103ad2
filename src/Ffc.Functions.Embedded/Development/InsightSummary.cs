using Ffc.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Embedded.Development;

/// <summary>Tells once a minute what became of insights, for those who have nothing but the console. Silent while there is nothing to tell.</summary>
internal sealed partial class InsightSummary(IServiceProvider services, TimeProvider clock, ILogger<InsightSummary> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Only now: hosted services are made before the first of them starts, and the development server has its say before the client.
        var client = services.GetRequiredService<IFfcClient>();
        using var minute = new PeriodicTimer(Interval, clock);
        var before = client.Insights;
        while (await minute.WaitForNextTickAsync(stoppingToken))
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

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Insights in the last minute: {Queued} taken in, {Delivered} delivered, {ToOutbox} to the outbox, {Rejected} rejected, "
            + "{Lost} lost; {Waiting} are waiting{Problem}")]
    private partial void LogSummary(long queued, long delivered, long toOutbox, long rejected, long lost, int waiting, string problem);
}
