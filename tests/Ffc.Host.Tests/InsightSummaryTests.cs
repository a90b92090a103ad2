using Ffc.Sdk;
using Ffc.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Host.Tests;

public sealed class InsightSummaryTests
{
    private const string Secret = "Z29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ==";

    private static readonly FfcUser User = FfcUser.Builder("ada").Build();

    [Fact]
    public async Task Insights_are_summarised_once_a_minute_if_anything_changed()
    {
        await using var server = await TrackServer.StartAsync();
        var timeProvider = new FakeTimeProvider();
        await using var client = new FfcClient(new FfcOptions
        {
            EnvSecret = Secret,
            StreamingUri = new Uri("ws://127.0.0.1:1"),
            EventsUri = server.Uri,
            TimeProvider = timeProvider,
        });
        await using var host = await RunningHost.StartAsync<Nothing>(
            builder => builder.Services.AddSingleton<TimeProvider>(timeProvider).AddSingleton<IFfcClient>(client),
            settings: ["--Ffc:EnvSecret", Secret]);

        client.TrackMetric(User, "clicks");
        client.TrackMetric(User, "clicks");
        await client.FlushAsync(TestContext.Current.CancellationToken);
        await WaitForSummariesAsync(1);
        Assert.Equal(
            "Insights in the last minute: 2 queued, 2 delivered, 0 to the outbox, 0 rejected, 0 lost; 0 waiting",
            Summaries(host)[0]);

        // One minute without a change, then one with a change.
        timeProvider.Advance(TimeSpan.FromMinutes(2));
        server.Reply = _ => new TrackReply(400);
        client.TrackMetric(User, "clicks");
        await client.FlushAsync(TestContext.Current.CancellationToken);
        await WaitForSummariesAsync(2);
        Assert.Equal(
            "Insights in the last minute: 1 queued, 0 delivered, 0 to the outbox, 1 rejected, 0 lost; 0 waiting",
            Summaries(host)[1]);

        Task WaitForSummariesAsync(int expected) => Eventually.Is(
            () => Summaries(host).Count, count => count == expected, () => timeProvider.Advance(TimeSpan.FromSeconds(20)));
    }

    private static List<string> Summaries(RunningHost host) =>
        [.. host.Log.At(LogLevel.Information).Select(entry => entry.Message)
            .Where(message => message.StartsWith("Insights in the last minute", StringComparison.Ordinal))];

    private sealed class Nothing
    {
    }
}
