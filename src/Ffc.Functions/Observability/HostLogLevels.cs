using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;

namespace Ffc.Functions.Observability;

/// <summary>Has the process that the functions run in log at the levels of <c>host.json</c>.</summary>
internal static class HostLogLevels
{
    /// <summary>
    /// Reads <c>host.json</c> where a Functions host says that it is, below all other settings: that host goes by its levels for
    /// what it logs itself, not for what this process does. The embedded host, which runs in this process, has read it already.
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
