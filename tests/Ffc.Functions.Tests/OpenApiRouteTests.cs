using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ffc.Functions.Api;
using Microsoft.Azure.Functions.Worker;

namespace Ffc.Functions.Tests;

public sealed partial class OpenApiRouteTests
{
    private static readonly JsonElement Document = JsonSerializer.Deserialize<JsonElement>(OpenApiDocument.Utf8);

    [Fact]
    public void The_document_has_exactly_the_routes_methods_keys_and_parameters_of_the_functions()
    {
        var functions =
            from type in typeof(OpenApiDocument).Assembly.GetTypes()
            from method in type.GetMethods()
            where method.IsDefined(typeof(FunctionAttribute))
            from parameter in method.GetParameters()
            let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
            where trigger is not null
            from verb in trigger.Methods!
            let needsKey = trigger.AuthLevel != AuthorizationLevel.Anonymous
            let parameters = RouteParameter().Matches(trigger.Route!).Select(match => match.Groups[1].Value)
            select Line(verb, $"/{RouteParameter().Replace(trigger.Route!, "{$1}")}", needsKey, parameters);

        var documented =
            from path in Document.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            let needsKey = !operation.Value.TryGetProperty("security", out var security) || security.GetArrayLength() > 0
            select Line(operation.Name, path.Name, needsKey, PathParameters(operation.Value));

        Assert.Equal(functions.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static string Line(string method, string path, bool needsKey, IEnumerable<string> parameters) =>
        $"{method} {path} {(needsKey ? "key" : "open")} {string.Join(',', parameters)}";

    private static IEnumerable<string> PathParameters(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray()
                .Where(parameter => parameter.GetProperty("in").GetString() == "path")
                .Select(parameter => parameter.GetProperty("name").GetString()!)
            : [];

    // A catch-all parameter with a constraint: {*flagKey:minlength(1)}.
    [GeneratedRegex(@"{\*?([^}:]+)(?::[^}]*)?}")]
    private static partial Regex RouteParameter();
}
