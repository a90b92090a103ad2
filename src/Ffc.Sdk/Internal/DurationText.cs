using System.Globalization;

namespace Ffc.Sdk.Internal;

/// <summary>
/// Formats durations for people. Packages that extend the SDK compile this file as well, so it uses only public members.
/// </summary>
internal static class DurationText
{
    private static readonly TimeSpan MaxWithTenths = TimeSpan.FromSeconds(9.95);

    /// <summary>Returns a duration in its two largest units, such as <c>0.4 s</c>, <c>2 min 56 s</c> or <c>3 d 4 h</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < MaxWithTenths)
            return duration.TotalSeconds.ToString("0.# s", CultureInfo.InvariantCulture);

        var rounded = TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds));
        return rounded.Days > 0 ? Join(rounded.Days, "d", rounded.Hours, "h")
            : rounded.Hours > 0 ? Join(rounded.Hours, "h", rounded.Minutes, "min")
            : rounded.Minutes > 0 ? Join(rounded.Minutes, "min", rounded.Seconds, "s")
            : Join(rounded.Seconds, "s", 0, "");
    }

    private static string Join(int large, string largeUnit, int small, string smallUnit) => small == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{large} {largeUnit}")
        : string.Create(CultureInfo.InvariantCulture, $"{large} {largeUnit} {small} {smallUnit}");
}
