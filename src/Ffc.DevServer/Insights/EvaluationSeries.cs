namespace Ffc.DevServer.Insights;

/// <summary>How often a flag returned a value, over time.</summary>
/// <param name="FlagKey">The key of the flag; cut if it is very long.</param>
/// <param name="Value">The value as text; cut if it is very long.</param>
/// <param name="Counts">The number of evaluations in each interval, oldest first. The last interval includes the present.</param>
internal sealed record EvaluationSeries(string FlagKey, string Value, IReadOnlyList<long> Counts);
