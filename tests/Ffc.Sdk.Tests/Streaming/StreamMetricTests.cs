using Ffc.Sdk.Telemetry;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Ffc.Sdk.Tests.Streaming;

[Collection(nameof(ProcessWide))]
public sealed class StreamMetricTests : StreamTest
{
    [Fact]
    public async Task Only_rejected_frames_are_counted()
    {
        using var metric = new MetricCollector<long>(null, EvaluationInstruments.Name, "ffc.sync.rejected_frames");
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await connection.SendAsync("""{"messageType":"pong","data":null}""");
        await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("a", 2))));
        Assert.Empty(metric.GetMeasurementSnapshot());

        await connection.SendAsync("no JSON");
        await WaitForStateAsync(client, UpdateState.Interrupted);
        Assert.Equal(1, metric.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
    }

    [Fact]
    public async Task Every_refused_connection_is_counted()
    {
        using var metric = new MetricCollector<long>(null, EvaluationInstruments.Name, "ffc.sync.refusals");
        var client = Connect();
        for (var refusals = 1; refusals <= 2; refusals++)
        {
            await (await Server.AcceptAsync()).CloseAsync(4003);
            await WaitForStateAsync(client, UpdateState.Off);
            Clock.Advance(await Clock.WaitForTimerAsync(delay => delay.TotalMinutes is >= 4 and <= 6));
            Assert.Equal(refusals, metric.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
        }

        (await Server.AcceptAsync()).Abort();
        await Clock.WaitForTimerAsync(delay => delay.TotalSeconds is > 2 and < 9);
        Assert.Equal(2, metric.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
    }
}
