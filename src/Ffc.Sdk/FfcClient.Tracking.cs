using Ffc.Sdk.Insights;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk;

public sealed partial class FfcClient
{
    /// <inheritdoc/>
    public IInsightDelivery Insights => _insights;

    /// <inheritdoc/>
    public void TrackMetric(FfcUser? user, string eventName, double numericValue = 1.0)
    {
        if (!IsTrackable(user, eventName) || !IsValid(eventName, numericValue))
            return;
        if (_insights.HasRoom)
            _insights.Record(new MetricEvent(user!, eventName, numericValue, _clock.Now));
        else
            _insights.Lose(1);
    }

    /// <inheritdoc/>
    public void TrackMetrics(FfcUser? user, IReadOnlyDictionary<string, double> metrics)
    {
        if (metrics is null)
            LogMetricIgnored("(all)", "the dictionary", "is missing");
        if (metrics is null || !IsTrackable(user, "(all)"))
            return;
        if (CreateEvent(user!, metrics.Where(metric => IsValid(metric.Key, metric.Value)).ToList()) is { } item)
            _insights.Record(item);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryTrackAsync(
        FfcUser user, IEnumerable<KeyValuePair<string, double>> metrics, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(metrics);
        var all = metrics.ToList();
        foreach (var (index, (name, value)) in all.Index())
        {
            if (MetricFault(name, value) is var (member, fault))
                throw new InvalidMetricException(index, member, fault);
        }

        return CreateEvent(user, all) is { } item
            ? _insights.TryRecordAsync(item, cancellationToken)
            : ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public Task<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => _insights.FlushAsync(cancellationToken);

    private static (string Member, string Fault)? MetricFault(string? eventName, double numericValue)
    {
        if (string.IsNullOrWhiteSpace(eventName))
            return ("eventName", "is missing or blank");

        // The server stores a 32-bit float.
        return (float)numericValue is > 0 and < float.PositiveInfinity
            ? null
            : ("numericValue", "must be above 0 and fit a 32-bit float, so at most 3.4e38");
    }

    private MetricEvent? CreateEvent(FfcUser user, List<KeyValuePair<string, double>> metrics) => metrics switch
    {
        [] => null,
        [var only] => new MetricEvent(user, only.Key, only.Value, _clock.Now),
        [var first, .. var more] => new MetricsEvent(user, first.Key, first.Value, _clock.Now, [.. more]),
    };

    private bool IsTrackable(FfcUser? user, string? eventName)
    {
        if (user is null)
            LogMetricIgnored(eventName, "its user", "is missing");
        return user is not null;
    }

    private bool IsValid(string? eventName, double numericValue)
    {
        if (MetricFault(eventName, numericValue) is not var (member, fault))
            return true;

        LogMetricIgnored(eventName, member, fault);
        return false;
    }

    [LoggerMessage(EventId = 5, Level = LogLevel.Warning, Message = "The metric {EventName} was ignored: {Member} {Fault}")]
    private partial void LogMetricIgnored(string? eventName, string member, string fault);
}
