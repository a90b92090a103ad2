using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Evaluation;

/// <summary>One evaluation evaluates a limited number of prerequisites.</summary>
public sealed class WidePrerequisiteTests
{
    private const int Limit = 1_000;

    [Theory]
    [InlineData(Limit, "1 on: fall through all rules", Limit + 1, 0)]
    [InlineData(Limit + 1, "2 off: prerequisite failed", Limit + 1, 1)]
    public async Task A_flag_fails_and_is_logged_once_when_it_has_too_many_prerequisites(
        int prerequisites, string expected, int expectedEvents, int expectedLogs)
    {
        var logs = new FakeLogCollector();
        var events = new RecordedInsights();
        var wide = new FlagJson("wide");
        for (var i = 0; i < prerequisites; i++)
            wide.Requires($"f{i}");
        var options = new FfcOptions
        {
            Offline = true,
            Bootstrap = MessageJson.Full([wide, .. Enumerable.Range(0, prerequisites).Select(i => new FlagJson($"f{i}"))]),
            LoggerFactory = Clients.Logging(logs),
        };
        await using var client = new FfcClient(options, events);

        Assert.Equal(expected, client.EvaluateAsText("wide"));
        Assert.Equal(expectedEvents, events.TakeAll().Count);
        Assert.Equal(expected, client.EvaluateAsText("wide"));
        Assert.Equal(expectedLogs, logs.GetSnapshot().Count(
            log => log.Message.StartsWith("Flag wide needs too many", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_flag_fails_in_limited_time_when_wide_flags_require_wide_flags()
    {
        const int Width = 300;
        var events = new RecordedInsights();
        List<FlagJson> flags = [.. Enumerable.Range(0, Width).Select(i => new FlagJson($"leaf{i}"))];
        foreach (var level in (string[])["middle", "top"])
        {
            var below = level == "middle" ? "leaf" : "middle";
            for (var i = 0; i < Width; i++)
            {
                var flag = new FlagJson($"{level}{i}");
                for (var j = 0; j < Width; j++)
                    flag.Requires($"{below}{j}");
                flags.Add(flag);
            }
        }

        await using var client = Clients.Offline(events, [.. flags]);

        Assert.Equal("2 off: prerequisite failed", client.EvaluateAsText("top0"));
        Assert.InRange(events.TakeAll().Count, 1, Limit + 1);
    }
}
