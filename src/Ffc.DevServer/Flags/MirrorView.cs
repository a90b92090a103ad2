using Ffc.Sdk;

namespace Ffc.DevServer.Flags;

/// <summary>The connection to the mirrored environment, as the dashboard shows it.</summary>
/// <param name="Server">The address that flags are streamed from.</param>
/// <param name="Status">The status of the connection.</param>
internal sealed record MirrorView(Uri Server, UpdateStatus Status);
