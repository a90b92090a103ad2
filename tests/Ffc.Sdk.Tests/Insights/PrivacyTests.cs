using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Insights;

public sealed class PrivacyTests
{
    [Fact]
    public async Task Logs_contain_no_event_user_or_secret_after_any_failure()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(
            configure: options => options.Insights.Capacity = 50);
        var user = FfcUser.Builder("PRIVATE-key").Name("PRIVATE-name").Email("PRIVATE@example.org").Country("PRIVATE-land")
            .Custom("PRIVATE-a", "PRIVATE-b").Build();
        TrackReply[] replies =
        [
            new(500), new(400, Body: "PRIVATE-reply"), new(401), new(413), TrackReply.Hang, TrackReply.KeepAndAbort,
            new(429, RetryAfter: "PRIVATE"), TrackReply.Ok,
        ];

        foreach (var fault in new[] { OutboxFault.None, OutboxFault.Throws, OutboxFault.Hangs, OutboxFault.None })
        {
            host.Outbox.Fault = fault;
            foreach (var reply in replies)
            {
                host.Server.Reply = _ => reply;
                for (var i = 0; i < 3; i++)
                {
                    host.Client.TrackMetric(user, "PRIVATE-event", 12.75);
                    // The log names an invalid metric, as it names flags.
                    host.Client.TrackMetric(user, "invalid", double.NaN);
                    host.Client.Variation("plain", user, "PRIVATE-default");
                }

                await host.FlushAsync();
                host.Clock.Advance(TimeSpan.FromSeconds(70));
                await host.DrainAsync();
            }

            // Enough to fill the memory.
            for (var i = 0; i < 12_000; i++)
                host.Client.TrackMetric(user, "PRIVATE-event");
        }

        await host.CloseAsync(host.Client);
        var logs = host.Logs.GetSnapshot()
            .Select(record =>
                $"{record.Level}: {record.Message} {record.Exception} {string.Join(' ', record.StructuredState ?? [])}")
            .ToList();
        Assert.DoesNotContain(logs, text => text.Contains("PRIVATE", StringComparison.Ordinal));
        Assert.DoesNotContain(logs, text => text.Contains("12.75", StringComparison.Ordinal));
        Assert.DoesNotContain(logs, text => text.Contains(InsightTestHost.Secret[..20], StringComparison.Ordinal));
        Assert.All(
            [LogLevel.Information, LogLevel.Warning, LogLevel.Error],
            level => Assert.Contains(logs, text => text.StartsWith($"{level}: ", StringComparison.Ordinal)));
    }
}
