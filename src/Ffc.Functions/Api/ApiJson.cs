using System.Text.Json.Serialization;

namespace Ffc.Functions.Api;

/// <summary>The JSON context of all responses of the function app.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(StatusBody))]
internal sealed partial class ApiJson : JsonSerializerContext;
