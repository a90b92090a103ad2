using System.Globalization;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.Sdk.Insights;

/// <summary>Makes batches of events, under ids that no other instance gives.</summary>
internal sealed class InsightBatcher(string environment, TimeProvider clock)
{
    private readonly string _instance = Guid.NewGuid().ToString("N")[..12];
    private int _batches;

    public InsightBatch Batch(ReadOnlySpan<InsightEvent> events)
    {
        var time = clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        var id = string.Create(CultureInfo.InvariantCulture, $"{time}-{_instance}-{Interlocked.Increment(ref _batches):D8}");
        return new InsightBatch(id, environment, events.Length, InsightJson.Write(events));
    }
}
