using System.Text.Json.Serialization;

namespace Ffc.Functions.Api;

/// <summary>The one JSON context of the function app's responses.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(StatusBody))]
internal sealed partial class ApiJson : JsonSerializerContext;
