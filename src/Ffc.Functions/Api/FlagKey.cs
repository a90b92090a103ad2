namespace Ffc.Functions.Api;

/// <summary>Checks the flag key in a route.</summary>
internal static class FlagKey
{
    /// <summary>The longest key that is looked up, in characters.</summary>
    public const int MaxLength = 512;

    /// <summary>Passes a key on.</summary>
    /// <exception cref="ApiProblem">It can be no flag's.</exception>
    public static string Checked(string flagKey) =>
        string.IsNullOrWhiteSpace(flagKey) ? throw ApiProblem.BadMember("flagKey", "must not be blank")
        : flagKey.Length > MaxLength ? throw ApiProblem.BadMember("flagKey", $"must not be longer than {MaxLength} characters")
        : flagKey;
}
