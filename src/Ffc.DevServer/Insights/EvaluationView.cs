namespace Ffc.DevServer.Insights;

/// <summary>An evaluation, as the home page shows it.</summary>
internal sealed record EvaluationView(string FlagKey, string Value, string Reason);
