namespace Ffc.DevServer.Insights;

/// <summary>An evaluation, as the pages show it.</summary>
/// <param name="FlagKey">The key of the flag; empty if the event has none.</param>
/// <param name="Value">The value of the variation as text.</param>
/// <param name="Reason">The reason; empty if the server receives none.</param>
/// <param name="Time">The time of the evaluation by the clock of the client; null if the event has none.</param>
internal sealed record EvaluationView(string FlagKey, string Value, string Reason, DateTimeOffset? Time);
