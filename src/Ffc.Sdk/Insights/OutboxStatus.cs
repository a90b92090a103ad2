namespace Ffc.Sdk;

/// <summary>How the outbox is doing.</summary>
/// <param name="Batches">How many batches wait in it for this environment, whichever instance put them there; null when that cannot be told.</param>
/// <param name="Problem">Why not: what is wrong with the outbox, or that there is none. Null when nothing is wrong.</param>
public sealed record OutboxStatus(int? Batches, string? Problem);
