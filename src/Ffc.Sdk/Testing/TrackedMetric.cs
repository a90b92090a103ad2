namespace Ffc.Sdk;

/// <summary>A metric that the code under test recorded.</summary>
public sealed record TrackedMetric
{
    /// <summary>The user.</summary>
    public required FfcUser User { get; init; }

    /// <summary>The name of the metric.</summary>
    public required string EventName { get; init; }

    /// <summary>The value of the metric.</summary>
    public required double NumericValue { get; init; }
}
