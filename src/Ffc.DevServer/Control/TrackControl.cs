namespace Ffc.DevServer.Control;

/// <summary>Sets the response to insights requests.</summary>
/// <param name="Mode">The values are ok, status, hang and abort.</param>
/// <param name="Status">The status code in mode status.</param>
/// <param name="RetryAfter">The seconds in the Retry-After header in mode status; null sends no header.</param>
internal sealed record TrackControl(string Mode, int Status = 500, int? RetryAfter = null);
