using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ffc.Functions.Ofrep;
using Ffc.Functions.Settings;
using Ffc.Functions.Tests.Infra;
using Ffc.Host.Http;
using Ffc.Sdk;
using Ffc.Tests;

namespace Ffc.Functions.Tests.Settings;

/// <summary>The README's table of settings is whole and true.</summary>
public sealed partial class SettingsTableTests
{
    private const string Section = "Ffc:";

    private static string SampleSchedule =>
        (string)JsonNode.Parse(Repository.Read("local.settings.sample.json"))!["Values"]![Repository.TriggerSettings.Single()]!;

    [Fact]
    public void Every_setting_has_a_row_with_its_default_and_every_row_is_a_setting()
    {
        var there = Bound(new FfcOptions(), "")
            .Concat(Bound(new OfrepOptions(), OfrepOptions.Section[Section.Length..] + ":"))
            .Concat(Bound(new HostSettings { FlushSchedule = SampleSchedule }, ""));
        var told = Row().Matches(Repository.Read("README.md").Split("\n| setting | default |")[1].Split("\n\n")[0])
            .Select(row => $"{row.Groups["name"].Value} = {row.Groups["default"].Value}");

        Assert.Equal(there.Select(setting => $"{setting.Name} = {setting.Default}").Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void It_is_told_where_the_host_listens() =>
        Assert.Contains($"`{ListenAddresses.Default}`", Repository.Read("README.md"), StringComparison.Ordinal);

    /// <summary>The settings that are bound to options, and what they are where nothing is configured.</summary>
    private static IEnumerable<(string Name, string Default)> Bound(object options, string prefix)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            var (name, type, value) = (prefix + property.Name, property.PropertyType, property.GetValue(options));
            if (type == typeof(IReadOnlyList<string>))
                yield return (name, string.Join(',', (IReadOnlyList<string>)value!));
            else if (type == typeof(string) || type == typeof(int) || type == typeof(bool) || type == typeof(TimeSpan) || type == typeof(Uri))
                yield return (name, Text(value));
            else if (type == typeof(IDictionary<string, string>))
                yield return ($"{name}:{{flag key}}", "");
            else if (type.Name.EndsWith("Options", StringComparison.Ordinal) || type == typeof(CorsSettings))
                foreach (var setting in Bound(value!, name + ":"))
                    yield return setting;
            else
                // What code alone can give: a clock, a store.
                Assert.True(type.IsAbstract, $"{name} is a {type.Name}: is that a setting?");
        }
    }

    private static string Text(object? value) => value switch
    {
        Uri uri => uri.ToString().TrimEnd('/'),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    [GeneratedRegex(@"^\| `(?<name>[^`]+)` \| (?:`(?<default>[^`]*)` )?\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
