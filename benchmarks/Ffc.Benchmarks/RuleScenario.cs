namespace Ffc.Benchmarks;

/// <summary>A rule with four clauses. <c>Last</c> is the kind of the clause that is evaluated last.</summary>
internal sealed record RuleScenario(double MinAge, string[] Cities, string Pattern, string Segment, RuleKind Last);
