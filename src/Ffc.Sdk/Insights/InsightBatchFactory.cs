using System.Globalization;
using Ffc.Sdk.Protocol;

namespace Ffc.Sdk.Insights;

/// <summary>Creates batches of events, with ids that are unique among all instances.</summary>
internal sealed class InsightBatchFactory(IServerProtocol protocol, TimeProvider timeProvider)
{
    private readonly string _instance = Guid.NewGuid().ToString("N")[..12];
    private int _batches;

    public InsightBatch Create(ReadOnlySpan<InsightEvent> events)
    {
        var time = timeProvider.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        var id = string.Create(CultureInfo.InvariantCulture, $"{time}-{_instance}-{Interlocked.Increment(ref _batches):D8}");
        return new InsightBatch(id, protocol.EnvironmentName, events.Length, protocol.WriteInsights(events))
        {
            Server = protocol.ServerName,
        };
    }
}
