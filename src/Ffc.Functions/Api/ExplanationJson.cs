using System.Text.Json.Serialization;
using Ffc.Sdk;

namespace Ffc.Functions.Api;

/// <summary>The JSON context of explanations.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(FlagExplanation))]
internal sealed partial class ExplanationJson : JsonSerializerContext
{
    public static ExplanationJson Readable => field ??= new ExplanationJson(ReadableJson.From(Default.Options));
}
