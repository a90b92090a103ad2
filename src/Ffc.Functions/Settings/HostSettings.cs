using Microsoft.Extensions.Configuration;

namespace Ffc.Functions.Settings;

/// <summary>The settings in section <c>Ffc</c> that belong to the host of the functions.</summary>
public sealed class HostSettings
{
    private const string Section = "Ffc";

    /// <summary>
    /// The schedule of <c>FlushInsights</c>. Without it, the function does not run. <c>Ffc.Host</c> sets it to every 30 seconds.
    /// </summary>
    public string? FlushSchedule { get; init; }

    /// <summary>The key that callers must send. Default: none. Only <c>Ffc.Host</c> reads it.</summary>
    public string? FunctionKey { get; init; }

    /// <summary>The web pages that may call the functions.</summary>
    public CorsSettings Cors { get; init; } = new();

    /// <summary>The full name of a setting, such as <c>Ffc:FlushSchedule</c>.</summary>
    /// <param name="path">The names of the setting and of the sections around it.</param>
    public static string NameOf(params ReadOnlySpan<string> path) => ConfigurationPath.Combine([Section, .. path]);

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">The configuration of the application.</param>
    public static HostSettings From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new HostSettings
        {
            FlushSchedule = configuration[NameOf(nameof(FlushSchedule))],
            FunctionKey = configuration[NameOf(nameof(FunctionKey))],
            Cors = CorsSettings.From(configuration.GetSection(NameOf(nameof(Cors)))),
        };
    }
}
