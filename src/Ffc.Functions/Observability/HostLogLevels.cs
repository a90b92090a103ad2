using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;

namespace Ffc.Functions.Observability;

/// <summary>Applies the log levels of <c>host.json</c> to the worker process.</summary>
internal static class HostLogLevels
{
    /// <summary>
    /// Adds the <c>host.json</c> of the Functions host as the configuration source with the lowest priority. The Functions host
    /// applies its levels only to its own log entries, not to the entries of the worker process. <c>Ffc.Host</c> has already
    /// read the file.
    /// </summary>
    public static void AddHostLogLevels(this IConfigurationManager configuration)
    {
        if (configuration["FUNCTIONS_APPLICATION_DIRECTORY"] is not { Length: > 0 } directory)
            return;

        var hostJson = new JsonConfigurationSource { Path = Path.Combine(directory, "host.json"), Optional = true };
        hostJson.ResolveFileProvider();
        configuration.Sources.Insert(0, hostJson);
    }
}
