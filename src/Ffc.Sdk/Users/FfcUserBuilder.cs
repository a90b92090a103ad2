using System.Globalization;
using Ffc.Sdk.Users;

namespace Ffc.Sdk;

/// <summary>Puts a user together. Not thread-safe; the user that it builds is.</summary>
public sealed class FfcUserBuilder
{
    private readonly string? _key;
    private string? _name;
    private string? _email;
    private string? _country;
    private CustomProperties? _custom;
    private bool _customIsTaken;

    internal FfcUserBuilder(string? key) => _key = key;

    /// <summary>Gives the user's name. Null or empty is not given.</summary>
    public FfcUserBuilder Name(string? name)
    {
        _name = name;
        return this;
    }

    /// <summary>Gives the user's e-mail address. Null or empty is not given.</summary>
    public FfcUserBuilder Email(string? email)
    {
        _email = email;
        return this;
    }

    /// <summary>Gives the user's country. Null or empty is not given.</summary>
    public FfcUserBuilder Country(string? country)
    {
        _country = country;
        return this;
    }

    /// <summary>
    /// Gives a custom property; a second one of the same name takes the first one's place, null takes it away. A name that is
    /// a built-in's but for its case (<c>Name</c>, <c>KEYID</c> …) is ignored, as every FFC SDK does: no clause could ask for it.
    /// </summary>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    public FfcUserBuilder Custom(string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (IsBuiltIn(name))
            return this;

        // A user keeps what it was built with, whatever the builder does next.
        if (_customIsTaken)
            (_custom, _customIsTaken) = (new CustomProperties(_custom!), false);

        if (value is null)
            _custom?.Remove(name);
        else
            (_custom ??= new CustomProperties()).Set(name, value);
        return this;
    }

    /// <summary>Gives a custom property that is a number, by its shortest text in invariant culture.</summary>
    /// <inheritdoc cref="Custom(string, string?)" path="/exception"/>
    public FfcUserBuilder Custom(string name, double value) => Custom(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Gives a custom property that is true or false, as the text <c>true</c> or <c>false</c>.</summary>
    /// <inheritdoc cref="Custom(string, string?)" path="/exception"/>
    public FfcUserBuilder Custom(string name, bool value) => Custom(name, value ? "true" : "false");

    /// <summary>Makes the user.</summary>
    /// <exception cref="InvalidUserException">The key is missing or blank, or name, email or country is blank but not empty.</exception>
    public FfcUser Build()
    {
        var user = new FfcUser(
            string.IsNullOrWhiteSpace(_key) ? throw new InvalidUserException("key", "must be a text that is not blank") : _key,
            GivenOrNull("name", _name),
            GivenOrNull("email", _email),
            GivenOrNull("country", _country),
            _custom ?? CustomProperties.Empty);
        _customIsTaken = _custom is not null;
        return user;
    }

    private static bool IsBuiltIn(string name) =>
        name.Length is >= 3 and <= 7
        && (name.Equals("key", StringComparison.OrdinalIgnoreCase)
            || name.Equals("keyid", StringComparison.OrdinalIgnoreCase)
            || name.Equals("name", StringComparison.OrdinalIgnoreCase)
            || name.Equals("email", StringComparison.OrdinalIgnoreCase)
            || name.Equals("country", StringComparison.OrdinalIgnoreCase));

    private static string? GivenOrNull(string member, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return null;
        return string.IsNullOrWhiteSpace(value) ? throw new InvalidUserException(member, "must not be blank; leave it out instead") : value;
    }
}
