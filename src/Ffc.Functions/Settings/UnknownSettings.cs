using System.Reflection;
using Ffc.Functions.Ofrep;
using Ffc.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Settings;

/// <summary>
/// Tells at the start of settings that nobody reads, for they are mostly misspelt ones. No more than that: a setting of a later version
/// must not keep an earlier one from running.
/// </summary>
internal sealed partial class UnknownSettings(IConfiguration configuration, ILogger<UnknownSettings> logger) : IHostedService
{
    private const string Section = "Ffc";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in In(configuration.GetSection(Section)))
            LogUnknown($"{Section}:{name}");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The names of the settings in a section that nobody reads, without the section's own.</summary>
    public static IEnumerable<string> In(IConfigurationSection section)
    {
        var known = Names(typeof(FfcOptions), "")
            .Concat(Names(typeof(OfrepOptions), OfrepOptions.Section[(Section.Length + 1)..] + ":"))
            .Concat(Names(typeof(HostSettings), ""))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return section.AsEnumerable(makePathsRelative: true)
            .Where(setting => setting.Value is not null && !IsKnown(setting.Key))
            .Select(setting => setting.Key)
            .Order(StringComparer.OrdinalIgnoreCase);

        // Collections: below "Defaults" the names are flag keys, which may contain colons.
        bool IsKnown(string name) =>
            known.Contains(name)
            || name.StartsWith($"{nameof(FfcOptions.Defaults)}:", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith($"{nameof(HostSettings.Cors)}:{nameof(CorsSettings.AllowedOrigins)}:", StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Names(Type options, string prefix) =>
        options.GetProperties(BindingFlags.Instance | BindingFlags.Public).SelectMany(property =>
            property.PropertyType.IsClass && (property.PropertyType.Assembly == typeof(FfcOptions).Assembly || property.PropertyType == typeof(CorsSettings))
                ? Names(property.PropertyType, $"{prefix}{property.Name}:")
                : [prefix + property.Name]);

    [LoggerMessage(EventId = 90, Level = LogLevel.Warning, Message = "There is no setting {Name}: is it misspelt? It has no effect")]
    private partial void LogUnknown(string name);
}
