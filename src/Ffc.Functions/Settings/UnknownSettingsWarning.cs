using System.Reflection;
using Ffc.Functions.Ofrep;
using Ffc.Sdk;
using Ffc.Sdk.AzureStorage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Settings;

/// <summary>
/// Logs a warning at start-up for each unknown setting, because most unknown settings are misspelt. Unknown settings do not stop
/// the start: an earlier version of the app must run with the settings of a later version.
/// </summary>
internal sealed partial class UnknownSettingsWarning(
    IConfiguration configuration, ILogger<UnknownSettingsWarning> logger) : IHostedService
{
    private const string Section = "Ffc";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in Find(configuration.GetSection(Section)))
            LogUnknown($"{Section}:{name}");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Returns the names of the unknown settings in a section, without the section's name.</summary>
    public static IEnumerable<string> Find(IConfigurationSection section)
    {
        var known = Names(typeof(FfcOptions), "")
            .Concat(Names(typeof(AzureStorageOptions), ""))
            .Concat(Names(typeof(OfrepOptions), OfrepOptions.Section[(Section.Length + 1)..] + ":"))
            .Concat(Names(typeof(HostSettings), ""))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return section.AsEnumerable(makePathsRelative: true)
            .Where(setting => setting.Value is not null && !IsKnown(setting.Key))
            .Select(setting => setting.Key)
            .Order(StringComparer.OrdinalIgnoreCase);

        // Entries of collections are known. Below "Defaults", the names are flag keys, which may contain colons.
        bool IsKnown(string name) =>
            known.Contains(name)
            || name.StartsWith($"{nameof(FfcOptions.Defaults)}:", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(
                $"{nameof(FfcOptions.Insights)}:{nameof(InsightOptions.PrivateProperties)}:", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(
                $"{nameof(HostSettings.Cors)}:{nameof(CorsSettings.AllowedOrigins)}:", StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Names(Type options, string prefix) =>
        options.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(IsSetting).SelectMany(property =>
            IsSection(property.PropertyType)
                ? Names(property.PropertyType, $"{prefix}{property.Name}:")
                : [prefix + (property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? property.Name)]);

    private static bool IsSetting(PropertyInfo property) => !typeof(Delegate).IsAssignableFrom(property.PropertyType);

    private static bool IsSection(Type type) =>
        type.IsClass && (type.Assembly == typeof(FfcOptions).Assembly || type == typeof(CorsSettings));

    [LoggerMessage(EventId = 120, Level = LogLevel.Warning, Message = "Unknown setting {Name} has no effect. Check the spelling")]
    private partial void LogUnknown(string name);
}
