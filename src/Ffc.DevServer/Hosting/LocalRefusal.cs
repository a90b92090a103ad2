namespace Ffc.DevServer.Hosting;

/// <summary>Why a server on loopback refuses a request.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">The reason, as a sentence.</param>
internal sealed record LocalRefusal(int Status, string Reason);
