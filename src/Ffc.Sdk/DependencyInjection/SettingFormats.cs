using System.Globalization;
using Ffc.Sdk.Internal;
using Microsoft.Extensions.Configuration;

namespace Ffc.Sdk;

/// <summary>
/// Finds settings whose text does not have the right form. The configuration binder also rejects them, but its messages contain
/// neither the form nor an example. For a URI they contain the value, which may include the password of a proxy. The binder reads
/// a number without colons as days.
/// </summary>
/// <param name="configuration">The section with the settings.</param>
/// <param name="prefix">The name of the section with a colon.</param>
internal sealed class SettingFormats(IConfiguration configuration, string prefix)
{
    public IEnumerable<string> Uris(params IEnumerable<string> settings) =>
        Misread(settings, text => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out Uri? _))
            .Select(setting => $"{prefix}{setting}: is '{UriCredentials.Show(configuration[setting]!)}', must be a URI, such as "
                + "https://flags.example.com:8080.");

    public IEnumerable<string> Durations(params IEnumerable<string> settings) =>
        Faults(settings, IsDuration, "hours:minutes:seconds, such as 00:00:15");

    public IEnumerable<string> Booleans(params IEnumerable<string> settings) =>
        Faults(settings, text => bool.TryParse(text, out _), "true or false");

    public IEnumerable<string> Numbers(params IEnumerable<string> settings) =>
        Faults(settings, text => long.TryParse(text, CultureInfo.InvariantCulture, out _), "a whole number, such as 50");

    private static bool IsDuration(string text) =>
        text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _);

    private IEnumerable<string> Faults(IEnumerable<string> settings, Func<string, bool> isValid, string expected) =>
        Misread(settings, isValid).Select(setting => $"{prefix}{setting}: is '{configuration[setting]}', must be {expected}.");

    private IEnumerable<string> Misread(IEnumerable<string> settings, Func<string, bool> isValid) =>
        settings.Where(setting => configuration[setting] is { Length: > 0 } text && !isValid(text));
}
