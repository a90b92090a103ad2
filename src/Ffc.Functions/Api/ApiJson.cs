using System.Text.Json.Serialization;
using Ffc.Functions.Ofrep;

namespace Ffc.Functions.Api;

/// <summary>The JSON context of all responses of the function app.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(StatusBody))]
[JsonSerializable(typeof(EventStreamData))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    public static ApiJson Readable => field ??= new ApiJson(ReadableJson.From(Default.Options));
}
