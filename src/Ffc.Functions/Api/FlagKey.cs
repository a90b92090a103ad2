namespace Ffc.Functions.Api;

/// <summary>Checks the flag key in a route.</summary>
internal static class FlagKey
{
    /// <summary>The longest accepted key, in characters.</summary>
    public const int MaxLength = 512;

    /// <summary>Returns the key if it can be the key of a flag.</summary>
    /// <exception cref="ApiProblem">The key is blank or too long.</exception>
    public static string Checked(string flagKey) =>
        string.IsNullOrWhiteSpace(flagKey) ? throw ApiProblem.BadMember("flagKey", "must not be blank")
        : flagKey.Length > MaxLength ? throw ApiProblem.BadMember("flagKey", $"must not be longer than {MaxLength} characters")
        : flagKey;
}
