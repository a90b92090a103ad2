namespace Ffc.DevServer.Control;

/// <summary>Sets the faults that the streaming endpoint simulates.</summary>
internal sealed record StreamingControl(int DelayMs = 0, bool Refuse = false);
