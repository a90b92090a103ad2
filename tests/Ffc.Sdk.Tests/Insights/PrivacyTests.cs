using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Insights;

public sealed class PrivacyTests
{
    [Fact]
    public async Task Nothing_of_an_event_a_user_or_the_secret_is_in_a_log_whatever_goes_wrong()
    {
        TroubledOutbox? outbox = null;
        await using var bench = await InsightBench.StartAsync(options =>
        {
            options.Insights.Capacity = 50;
            options.InsightOutbox = outbox = new TroubledOutbox(options.Outbox.Path!, options.TimeProvider);
        });
        var user = FfcUser.Builder("PRIVATE-key").Name("PRIVATE-name").Email("PRIVATE@example.org").Country("PRIVATE-land").Custom("PRIVATE-a", "PRIVATE-b").Build();
        TrackReply[] replies =
        [
            new(500), new(400, Body: "PRIVATE-reply"), new(401), new(413), TrackReply.Hang, TrackReply.TakeAndBreakOff, new(429, RetryAfter: "PRIVATE"), TrackReply.Ok,
        ];

        foreach (var trouble in new[] { OutboxTrouble.None, OutboxTrouble.Throws, OutboxTrouble.Hangs, OutboxTrouble.None })
        {
            outbox!.Trouble = trouble;
            foreach (var reply in replies)
            {
                bench.Server.Reply = _ => reply;
                for (var i = 0; i < 3; i++)
                {
                    bench.Client.TrackMetric(user, "PRIVATE-event", 12.75);
                    bench.Client.TrackMetric(user, "PRIVATE-event", double.NaN);
                    bench.Client.Variation("plain", user, "PRIVATE-default");
                }

                await bench.FlushAsync();
                bench.Clock.Advance(TimeSpan.FromSeconds(70));
                await bench.DrainAsync();
            }

            // Enough to fill all there is.
            for (var i = 0; i < 12_000; i++)
                bench.Client.TrackMetric(user, "PRIVATE-event");
        }

        await bench.CloseAsync(bench.Client);
        var logs = bench.Logs.GetSnapshot().Select(record => $"{record.Level}: {record.Message} {record.Exception} {string.Join(' ', record.StructuredState ?? [])}").ToList();
        Assert.DoesNotContain(logs, text => text.Contains("PRIVATE", StringComparison.Ordinal) || text.Contains("12.75", StringComparison.Ordinal));
        Assert.DoesNotContain(logs, text => text.Contains(InsightBench.Secret[..20], StringComparison.Ordinal));
        Assert.All([LogLevel.Information, LogLevel.Warning, LogLevel.Error], level => Assert.Contains(logs, text => text.StartsWith($"{level}: ", StringComparison.Ordinal)));
    }
}
