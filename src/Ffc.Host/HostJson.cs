using System.Text.Json;

namespace Ffc.Host;

/// <summary>The settings of <c>host.json</c> that this host supports.</summary>
/// <param name="RoutePrefix">The prefix of all routes, without slashes around it. May be empty.</param>
/// <param name="LogLevels">Log levels by their configuration key (<c>Logging:LogLevel:…</c>).</param>
internal sealed record HostJson(string RoutePrefix, IReadOnlyDictionary<string, string?> LogLevels)
{
    private const string FileName = "host.json";
    private const string DefaultRoutePrefix = "api";
    private const string LogLevelSection = "Logging:LogLevel:";

    // The Azure Functions host accepts both.
    private static readonly JsonDocumentOptions Json =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads the file in a directory. Without a file, the defaults of the Azure Functions host apply.</summary>
    /// <exception cref="InvalidOperationException">The file is invalid.</exception>
    public static HostJson Load(string directory)
    {
        var path = Path.Combine(directory, FileName);
        var levels = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            // Logs the addresses of the host. The full category takes precedence over "Microsoft" in host.json.
            [LogLevelSection + "Microsoft.Hosting.Lifetime"] = "Information",
        };
        if (!File.Exists(path))
            return new HostJson(DefaultRoutePrefix, levels);

        try
        {
            // As text, because the JSON reader refuses the byte order mark that some editors write.
            using var json = JsonDocument.Parse(File.ReadAllText(path), Json);
            if (Find(json.RootElement, "logging", "logLevel") is { } logLevel)
            {
                foreach (var level in logLevel.EnumerateObject())
                    levels[LogLevelSection + level.Name] = level.Value.GetString();
            }

            var prefix = Find(json.RootElement, "extensions", "http", "routePrefix")?.GetString() ?? DefaultRoutePrefix;
            return new HostJson(prefix.Trim('/'), levels);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidOperationException($"{path} is invalid: {exception.Message}", exception);
        }
    }

    private static JsonElement? Find(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (!element.TryGetProperty(name, out element) || element.ValueKind == JsonValueKind.Null)
                return null;
        }

        return element;
    }
}
