using System.Text.Json.Serialization;

namespace Ffc.DevServer.Control;

/// <summary>How reports are answered from now on.</summary>
/// <param name="Mode">ok, status, hang or abort.</param>
/// <param name="Status">The status of mode status.</param>
/// <param name="RetryAfter">The seconds of its Retry-After header; null for none.</param>
internal sealed record TrackControl(string Mode, int Status = 500, int? RetryAfter = null);

/// <summary>How streams are served from now on.</summary>
internal sealed record StreamingControl(int DelayMs = 0, bool Refuse = false);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TrackControl))]
[JsonSerializable(typeof(StreamingControl))]
internal sealed partial class ControlJson : JsonSerializerContext;
