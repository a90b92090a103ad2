namespace Ffc.Sdk.Insights;

/// <summary>Something that happened and that the server is to know: an evaluation, or metrics of a user.</summary>
internal abstract record InsightEvent;

/// <summary>Metrics of one user. The first is held by the event itself, so that the usual single one costs a single object.</summary>
internal sealed record MetricEvent(FfcUser User, string Name, double Value, KeyValuePair<string, double>[]? More = null) : InsightEvent;
