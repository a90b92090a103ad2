using System.Text.Json;

namespace Ffc.Functions.Embedded;

/// <summary>What the embedded host takes from <c>host.json</c>; the rest of that file is for the real host.</summary>
/// <param name="RoutePrefix">What every route begins with, without slashes around it. Empty: nothing.</param>
/// <param name="LogLevels">Log levels by their configuration key (<c>Logging:LogLevel:…</c>).</param>
internal sealed record HostJson(string RoutePrefix, IReadOnlyDictionary<string, string?> LogLevels)
{
    private const string FileName = "host.json";
    private const string DefaultRoutePrefix = "api";
    private const string LogLevelSection = "Logging:LogLevel:";

    // The real host lets people comment the file.
    private static readonly JsonDocumentOptions Json =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads the file in a directory. Without one, the real host's defaults hold.</summary>
    /// <exception cref="InvalidOperationException">The file cannot be understood.</exception>
    public static HostJson Load(string directory)
    {
        var path = Path.Combine(directory, FileName);
        var levels = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            // Says where the host listens. A category given in full wins over "Microsoft", which host.json often quietens.
            [LogLevelSection + "Microsoft.Hosting.Lifetime"] = "Information",
        };
        if (!File.Exists(path))
            return new HostJson(DefaultRoutePrefix, levels);

        try
        {
            // As text, because editors may begin the file with a byte order mark, which the reader of bytes does not take.
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
            throw new InvalidOperationException($"{path} cannot be understood: {exception.Message}", exception);
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
