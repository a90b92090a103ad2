using Ffc.Sdk.Telemetry;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Ffc.Sdk.Tests.Streaming;

[Collection(nameof(ProcessWide))]
public sealed class RejectedFrameMetricTests : StreamTest
{
    [Fact]
    public async Task Only_rejected_frames_are_counted()
    {
        using var metric = new MetricCollector<long>(null, Instruments.Name, "ffc.sync.rejected_frames");
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await connection.SendAsync("""{"messageType":"pong","data":null}""");
        await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("a", 2))));
        Assert.Empty(metric.GetMeasurementSnapshot());

        await connection.SendAsync("no JSON");
        await WaitForStateAsync(client, UpdateState.Interrupted);
        Assert.Equal(1, metric.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
    }
}
