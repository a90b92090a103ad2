using System.Text.Json.Serialization;

namespace TrimmedApp;

/// <summary>How the app reads JSON without reflection.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Limits))]
internal sealed partial class AppJson : JsonSerializerContext;

/// <summary>The value of the flag <c>json</c>.</summary>
/// <param name="Max">A limit.</param>
internal sealed record Limits(int Max);
