using Ffc.Sdk;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Functions.Tests.Embedded;

public sealed class InsightSummaryTests
{
    [Fact]
    public async Task Once_a_minute_the_console_tells_what_became_of_insights_if_there_is_anything_to_tell()
    {
        await using var server = await TrackServer.StartAsync();
        var clock = new FakeTimeProvider();
        await using var client = new FfcClient(new FfcOptions
        {
            EnvSecret = Clients.Secret,
            StreamingUri = new Uri("ws://127.0.0.1:1"),
            EventsUri = server.Uri,
            TimeProvider = clock,
        });
        await using var host = await RunningHost.StartAsync<Nothing>(
            builder => builder.Services.AddSingleton<TimeProvider>(clock).AddSingleton<IFfcClient>(client),
            settings: ["--Ffc:EnvSecret", Clients.Secret]);

        client.TrackMetric(Clients.User(), "clicks");
        client.TrackMetric(Clients.User(), "clicks");
        await client.FlushAsync(TestContext.Current.CancellationToken);
        await Eventually.Is(() => Summaries(host).Count, count => count == 1, () => clock.Advance(TimeSpan.FromSeconds(20)));
        Assert.Equal("Insights in the last minute: 2 taken in, 2 delivered, 0 to the outbox, 0 rejected, 0 lost; 0 are waiting", Summaries(host)[0]);

        // A quiet minute, and one that is not.
        clock.Advance(TimeSpan.FromMinutes(2));
        server.Reply = _ => new TrackReply(400);
        client.TrackMetric(Clients.User(), "clicks");
        await client.FlushAsync(TestContext.Current.CancellationToken);
        await Eventually.Is(() => Summaries(host).Count, count => count == 2, () => clock.Advance(TimeSpan.FromSeconds(20)));
        Assert.Equal("Insights in the last minute: 1 taken in, 0 delivered, 0 to the outbox, 1 rejected, 0 lost; 0 are waiting", Summaries(host)[1]);
    }

    private static List<string> Summaries(RunningHost host) =>
        [.. host.Log.At(LogLevel.Information).Select(entry => entry.Message).Where(message => message.StartsWith("Insights in the last minute", StringComparison.Ordinal))];

    private sealed class Nothing
    {
    }
}
