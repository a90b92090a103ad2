using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ffc.Functions.Ofrep;
using Ffc.Functions.Settings;
using Ffc.Functions.Tests.Infra;
using Ffc.Host.Http;
using Ffc.Sdk;
using Ffc.Sdk.AzureStorage;
using Ffc.Tests;
using Microsoft.Extensions.Configuration;

namespace Ffc.Functions.Tests.Settings;

/// <summary>Checks that the table of settings in the README is complete and correct.</summary>
public sealed partial class SettingsTableTests
{
    private const string Section = "Ffc:";

    private static readonly Type[] SimpleTypes =
        [typeof(string), typeof(int), typeof(long), typeof(bool), typeof(TimeSpan), typeof(Uri)];

    private static string SampleSchedule =>
        (string)JsonNode.Parse(Repository.Read("local.settings.sample.json"))!["Values"]![
            DeployedSource.TriggerSettings.Single()]!;

    [Fact]
    public void The_table_has_exactly_the_settings_with_their_defaults_and_readers()
    {
        IEnumerable<(string Name, string Default, string Reader)> settings =
        [
            .. Bound(new FfcOptions(), "").Select(setting => (setting.Name, setting.Default, "SDK")),
            .. Bound(new AzureStorageOptions(), "").Select(setting => (setting.Name, setting.Default, "storage")),
            .. Bound(new OfrepOptions(), OfrepOptions.Section[Section.Length..] + ":")
                .Select(setting => (setting.Name, setting.Default, "function app")),
            .. Bound(new HostSettings { FlushSchedule = SampleSchedule }, "").Select(setting => (
                setting.Name,
                setting.Default,
                setting.Name == nameof(HostSettings.FlushSchedule) ? "function app" : "`Ffc.Host`")),
        ];
        var documented = Row().Matches(Repository.Read("README.md").Split("\n| setting | default |")[1].Split("\n\n")[0])
            .Select(row => $"{row.Groups["name"].Value} = {row.Groups["default"].Value} ({row.Groups["reader"].Value})");

        Assert.Equal(
            settings.Select(setting => $"{setting.Name} = {setting.Default} ({setting.Reader})").Order(StringComparer.Ordinal),
            documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_README_names_the_default_listen_address() =>
        Assert.Contains($"`{ListenAddresses.Default}`", Repository.Read("README.md"), StringComparison.Ordinal);

    /// <summary>The settings that are bound to options, with their defaults.</summary>
    private static IEnumerable<(string Name, string Default)> Bound(object options, string prefix)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            var name = prefix + (property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? property.Name);
            var (type, value) = (property.PropertyType, property.GetValue(options));
            if (value is not string && value is IEnumerable<string> list)
                yield return (name, string.Join(',', list));
            else if (SimpleTypes.Contains(type))
                yield return (name, Text(value));
            else if (type == typeof(IDictionary<string, string>))
                yield return ($"{name}:{{flag key}}", "");
            else if (type.Name.EndsWith("Options", StringComparison.Ordinal) || type == typeof(CorsSettings))
                foreach (var setting in Bound(value!, name + ":"))
                    yield return setting;
            else
                // Not a setting: only code can set a clock, a store or a callback.
                Assert.True(
                    type.IsAbstract || typeof(Delegate).IsAssignableFrom(type),
                    $"{name} is a {type.Name}: is that a setting?");
        }
    }

    private static string Text(object? value) => value switch
    {
        Uri uri => uri.ToString().TrimEnd('/'),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    [GeneratedRegex(@"^\| `(?<name>[^`]+)` \| (?:`(?<default>[^`]*)` )?\| (?<reader>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
