using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags;

/// <summary>The content of a flags file.</summary>
/// <param name="Data">The flags and segments in the form of the server, in the order of the file.</param>
/// <param name="IsMessage">
/// True if the file is a full data-sync message; false if it is an object with a member for each flag.
/// </param>
internal sealed record ParsedFlagsFile(DataSync Data, bool IsMessage);
