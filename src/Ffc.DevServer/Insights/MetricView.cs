namespace Ffc.DevServer.Insights;

/// <summary>The totals of a metric since the start or since the log was cleared.</summary>
/// <param name="Name">The name; cut if it is very long.</param>
/// <param name="Count">The number of values.</param>
/// <param name="Sum">The sum of the values.</param>
internal sealed record MetricView(string Name, long Count, double Sum);
