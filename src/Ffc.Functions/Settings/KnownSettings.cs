using System.Reflection;
using Ffc.Functions.Ofrep;

namespace Ffc.Functions.Settings;

/// <summary>The settings in section <c>Ffc</c> that the function app and <c>Ffc.Host</c> read.</summary>
internal static class KnownSettings
{
    /// <summary>The names, without the name of the section.</summary>
    public static IEnumerable<string> Names =>
    [
        .. NamesOf(typeof(HostSettings), ""),
        .. NamesOf(typeof(OfrepOptions), OfrepOptions.Section[HostSettings.NameOf("").Length..] + ":"),
    ];

    private static IEnumerable<string> NamesOf(Type options, string prefix) =>
        options.GetProperties(BindingFlags.Instance | BindingFlags.Public).SelectMany(property =>
            property.PropertyType == typeof(CorsSettings)
                ? NamesOf(property.PropertyType, $"{prefix}{property.Name}:")
                : [prefix + property.Name]);
}
