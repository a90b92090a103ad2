
namespace Ffc.Sdk;

/// <summary>What is said about a stored snapshot.</summary>
/// <param name="Metadata">What was written with it.</param>
/// <param name="Tag">Names this state of it: every write gives another one.</param>
public sealed record SnapshotHead(IReadOnlyDictionary<string, string> Metadata, string Tag);
