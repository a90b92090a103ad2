using System.Globalization;
using Ffc.Sdk.Protocol;

namespace Ffc.Sdk.Insights;

/// <summary>Creates batches of events, with ids that are unique among all instances.</summary>
internal sealed class InsightBatchFactory(IServerProtocol protocol, FfcOptions options)
{
    // The packed form has a header.
    private const int MaxBytes = InsightBatch.MaxBytes - 1024;

    private readonly PrivateProperties _privateProperties = new(options.Insights.PrivateProperties);
    private readonly string _instance = Guid.NewGuid().ToString("N")[..12];
    private int _batches;

    /// <summary>
    /// Creates a batch, or several if one would exceed the limit of <see cref="InsightBatch.MaxBytes"/>. An event that exceeds
    /// the limit alone is in none of them.
    /// </summary>
    public IReadOnlyList<InsightBatch> Create(ReadOnlySpan<InsightEvent> events)
    {
        var content = protocol.WriteInsights(events, _privateProperties);
        if (content.Length <= MaxBytes)
            return [Create(content, events.Length)];
        if (events.Length == 1)
            return [];

        var half = events.Length / 2;
        return [.. Create(events[..half]), .. Create(events[half..])];
    }

    private InsightBatch Create(ReadOnlyMemory<byte> content, int events)
    {
        var time = options.TimeProvider.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        var id = string.Create(CultureInfo.InvariantCulture, $"{time}-{_instance}-{Interlocked.Increment(ref _batches):D8}");
        return new InsightBatch(id, protocol.EnvironmentName, events, content) { Server = protocol.ServerName };
    }
}
