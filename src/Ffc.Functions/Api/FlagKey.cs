namespace Ffc.Functions.Api;

/// <summary>Reads the flag key in a route.</summary>
internal static class FlagKey
{
    /// <summary>The longest accepted key, in characters.</summary>
    public const int MaxLength = 512;

    /// <summary>Decodes the key, and returns it if it can be the key of a flag.</summary>
    /// <exception cref="ApiProblem">The key is blank or too long.</exception>
    public static string Checked(string routeValue)
    {
        var flagKey = Decode(routeValue);
        if (string.IsNullOrWhiteSpace(flagKey))
            throw ApiProblem.BadMember("flagKey", "must not be blank");
        if (flagKey.Length > MaxLength)
            throw ApiProblem.BadMember("flagKey", $"must not be longer than {MaxLength} characters");
        return flagKey;
    }

    /// <summary>
    /// Decodes the slashes of a key. Servers decode all other escapes of a path. A key that contains the text %2F cannot be
    /// distinguished from a key with a slash; it can be evaluated only together with others.
    /// </summary>
    public static string Decode(string routeValue) => routeValue.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
