using System.Diagnostics.Metrics;
using Ffc.Sdk;

namespace Ffc.Functions.Observability;

/// <summary>The gauges of an instance, for alerts. The values are read when an exporter collects them.</summary>
public sealed class InstanceMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Ffc.Functions";

    private readonly Meter _meter = new(MeterName);
    private readonly IFfcClient _client;
    private readonly Instrument _outboxBatches;
    private volatile OutboxStatus? _outbox;

    /// <summary>Creates the gauges.</summary>
    /// <param name="client">The client.</param>
    /// <param name="timeProvider">The clock for the age of the data.</param>
    public InstanceMetrics(IFfcClient client, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(timeProvider);
        _client = client;
        _meter.CreateObservableGauge(
            "ffc.sync.connected",
            () => client.UpdateStatusProvider.Status.State == UpdateState.Ok ? 1 : 0,
            "{connection}",
            "1 while the stream is connected.");
        _meter.CreateObservableGauge(
            "ffc.data.age",
            () => Measure(DataFreshness.Age(client, timeProvider)?.TotalSeconds),
            "s",
            "Age of the flag data without a stream; 0 with it.");
        _meter.CreateObservableGauge(
            "ffc.insights.refused",
            () => client.Insights.Status.State == InsightState.Refused ? 1 : 0,
            "{instance}",
            "1 while the server refuses the secret for insights.");
        _outboxBatches = _meter.CreateObservableGauge(
            "ffc.insights.outbox.batches", () => Measure((double?)_outbox?.Batches), "{batch}", "Batches in the outbox.");
        _meter.CreateObservableGauge(
            "ffc.insights.outbox.unusable",
            () => client.Insights.Status.OutboxProblem is null && _outbox?.Problem is null ? 0 : 1,
            "{outbox}",
            "1 while the outbox cannot be used.");
    }

    /// <summary>Reads the number of batches in the outbox, if an exporter collects it.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async Task ReadOutboxAsync(CancellationToken cancellationToken)
    {
        if (_outboxBatches.Enabled)
            _outbox = await _client.Insights.GetOutboxStatusAsync(cancellationToken);
    }

    /// <summary>Removes the gauges.</summary>
    public void Dispose() => _meter.Dispose();

    private static Measurement<double>[] Measure(double? value) => value is { } number ? [new(number)] : [];
}
