namespace Ffc.DevServer.Streaming;

/// <summary>The faults that the streaming endpoint simulates.</summary>
/// <param name="Delay">The delay before the response to a data-sync request.</param>
/// <param name="Refuse">True refuses every new client with the close code for an invalid secret.</param>
internal sealed record StreamingFaults(TimeSpan Delay = default, bool Refuse = false);
