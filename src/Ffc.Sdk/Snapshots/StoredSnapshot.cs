
namespace Ffc.Sdk;

/// <summary>A snapshot as it is stored.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Tag">Names this state of it: every write gives another one.</param>
public sealed record StoredSnapshot(Snapshot Snapshot, string Tag);
