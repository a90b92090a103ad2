using Ffc.Sdk.Telemetry;
using Ffc.Sdk.Tests.Flags;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Ffc.Sdk.Tests.Streaming;

[Collection(nameof(ProcessWide))]
public sealed class RefusedFrameCountTests : StreamTest
{
    [Fact]
    public async Task A_frame_that_is_refused_is_counted_and_others_are_not()
    {
        using var counted = new MetricCollector<long>(null, Instruments.Name, "ffc.sync.rejected_frames");
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await connection.SendAsync("""{"messageType":"pong","data":null}""");
        await ChangedByAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("a", 2))));
        Assert.Empty(counted.GetMeasurementSnapshot());

        await connection.SendAsync("no JSON");
        await IsAsync(client, UpdateState.Interrupted);
        Assert.Equal(1, counted.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
    }
}
