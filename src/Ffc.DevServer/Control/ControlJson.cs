using System.Text.Json.Serialization;

namespace Ffc.DevServer.Control;

/// <summary>Reads the bodies of requests under /control.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TrackControl))]
[JsonSerializable(typeof(StreamingControl))]
internal sealed partial class ControlJson : JsonSerializerContext;
