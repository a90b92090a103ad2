namespace Ffc.Sdk.Insights;

/// <summary>The properties of users that are not sent.</summary>
internal sealed class PrivateProperties
{
    /// <summary>The name that means all custom properties.</summary>
    public const string AllCustom = "*";

    private readonly HashSet<string> _names;
    private readonly bool _allCustom;

    public PrivateProperties(IEnumerable<string> names)
    {
        _names = names.ToHashSet(StringComparer.OrdinalIgnoreCase);
        _allCustom = _names.Contains(AllCustom);
        (HasName, HasEmail, HasCountry) = (_names.Contains("name"), _names.Contains("email"), _names.Contains("country"));
    }

    public bool HasName { get; }

    public bool HasEmail { get; }

    public bool HasCountry { get; }

    /// <summary>Whether a custom property is private.</summary>
    public bool HasCustom(string name) => _allCustom || _names.Contains(name);
}
