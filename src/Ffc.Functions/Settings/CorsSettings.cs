using Microsoft.Extensions.Configuration;

namespace Ffc.Functions.Settings;

/// <summary>The web pages that may call the functions: section <c>Ffc:Cors</c>. Only <c>Ffc.Host</c> reads it.</summary>
public sealed class CorsSettings
{
    /// <summary>The origins of the pages, or <c>*</c> for all. A list, or a string separated by commas. Default: none.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    internal static CorsSettings From(IConfigurationSection section)
    {
        var origins = section.GetSection(nameof(AllowedOrigins));
        string?[] values = [origins.Value, .. origins.GetChildren().Select(child => child.Value)];
        return new CorsSettings
        {
            AllowedOrigins = [.. values.SelectMany(value =>
                value?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])],
        };
    }
}
