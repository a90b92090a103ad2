using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Ffc.Sdk;

/// <summary>
/// Finds unknown settings in the section of a client, because most of them are misspelt. They do not stop the start: an earlier
/// version of an app must run with the settings of a later version.
/// </summary>
internal static class UnknownSettings
{
    private static readonly HashSet<string> KnownNames = new(
        [
            .. NamesOf<FfcOptions>(""),
            .. NamesOf<StreamingOptions>($"{nameof(FfcOptions.Streaming)}:"),
            .. NamesOf<SnapshotOptions>($"{nameof(FfcOptions.Snapshot)}:"),
            .. NamesOf<InsightOptions>($"{nameof(FfcOptions.Insights)}:"),
            .. NamesOf<OutboxOptions>($"{nameof(FfcOptions.Outbox)}:"),
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the names of the unknown settings in the section of a client, without the section's name.</summary>
    public static IEnumerable<string> Find(ClientRegistration registration) =>
        (registration.Configuration?.AsEnumerable(makePathsRelative: true) ?? [])
        .Where(setting => setting.Value is not null && !IsKnown(setting.Key, registration.KnownSettings))
        .Select(setting => setting.Key)
        .Order(StringComparer.OrdinalIgnoreCase);

    // Entries of collections have names of their own. Below "Defaults", the names are flag keys, which may contain colons.
    private static bool IsKnown(string name, HashSet<string> others) =>
        KnownNames.Contains(name)
        || others.Contains(name)
        || IsEntryOf(nameof(FfcOptions.Defaults), name)
        || IsEntryOf($"{nameof(FfcOptions.Insights)}:PrivateProperties", name)
        || others.Any(other => IsEntryOf(other, name));

    private static bool IsEntryOf(string collection, string name) =>
        name.Length > collection.Length
        && name[collection.Length] == ':'
        && name.StartsWith(collection, StringComparison.OrdinalIgnoreCase);

    // The settings of nested options are listed on their own: a value for "Insights" itself is misspelt.
    private static IEnumerable<string> NamesOf<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>(string prefix) =>
        from property in typeof(TOptions).GetProperties(BindingFlags.Instance | BindingFlags.Public)
        where !property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
            && !typeof(Delegate).IsAssignableFrom(property.PropertyType)
        select prefix + property.Name;
}
