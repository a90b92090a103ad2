namespace Ffc.DevServer.Hosting;

/// <summary>Reads the options of a command line.</summary>
internal static class CommandLine
{
    /// <summary>Returns the value of each option. The value of a switch is <c>true</c> or <c>false</c>.</summary>
    /// <param name="args">The arguments: <c>--name value</c>, <c>--name=value</c>, or <c>--name</c> for a switch.</param>
    /// <param name="isSwitch">Whether a name is that of an option without a value.</param>
    /// <param name="hasValue">Whether a name is that of an option with a value.</param>
    /// <param name="invalid">Creates the exception for an invalid argument. The argument is the reason.</param>
    public static Dictionary<string, string> Parse(
        string[] args, Predicate<string> isSwitch, Predicate<string> hasValue, Func<string, ArgumentException> invalid)
    {
        var values = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            if (isSwitch(name))
            {
                // A switch may have a value: --control true.
                value ??= i + 1 < args.Length && bool.TryParse(args[i + 1], out _) ? args[++i] : "true";
                if (!bool.TryParse(value, out _))
                    throw invalid($"{name} must be true or false");
            }
            else if (hasValue(name))
            {
                value ??= args.ElementAtOrDefault(++i);
                if (string.IsNullOrEmpty(value) || (value.StartsWith("--", StringComparison.Ordinal) && !IsSecret(name)))
                    throw invalid($"{name} requires a value");
            }
            else
            {
                throw invalid($"unknown option {name}");
            }

            values[name] = value;
        }

        return values;
    }

    // A secret may start with hyphens.
    private static bool IsSecret(string name) => name.EndsWith("secret", StringComparison.OrdinalIgnoreCase);
}
