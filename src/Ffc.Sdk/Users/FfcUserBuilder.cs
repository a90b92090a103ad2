using System.Globalization;
using Ffc.Sdk.Users;

namespace Ffc.Sdk;

/// <summary>Builds a user. The builder is not thread-safe; the user is.</summary>
public sealed class FfcUserBuilder
{
    private readonly string? _key;
    private string? _name;
    private string? _email;
    private string? _country;
    private CustomProperties? _custom;
    private bool _customIsShared;

    internal FfcUserBuilder(string? key) => _key = key;

    /// <summary>Sets the user's name. Null or empty means that it is not set.</summary>
    public FfcUserBuilder Name(string? name)
    {
        _name = name;
        return this;
    }

    /// <summary>Sets the user's e-mail address. Null or empty means that it is not set.</summary>
    public FfcUserBuilder Email(string? email)
    {
        _email = email;
        return this;
    }

    /// <summary>Sets the user's country. Null or empty means that it is not set.</summary>
    public FfcUserBuilder Country(string? country)
    {
        _country = country;
        return this;
    }

    /// <summary>
    /// Sets a custom property. A second value for the same name replaces the first; null removes the property. A name that
    /// equals a built-in property in another case (<c>Name</c>, <c>KEYID</c> …) is ignored, as in every FFC SDK: no clause can
    /// refer to it.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public FfcUserBuilder Custom(string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (IsBuiltIn(name))
            return this;

        // The properties are shared with the user that was built: copy them before the first change.
        if (_customIsShared)
            (_custom, _customIsShared) = (new CustomProperties(_custom!), false);

        if (value is null)
            _custom?.Remove(name);
        else
            (_custom ??= new CustomProperties()).Set(name, value);
        return this;
    }

    /// <summary>Sets a custom property to a number, as its shortest text in invariant culture.</summary>
    /// <inheritdoc cref="Custom(string, string?)" path="/exception"/>
    public FfcUserBuilder Custom(string name, double value) => Custom(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Sets a custom property to the text <c>true</c> or <c>false</c>.</summary>
    /// <inheritdoc cref="Custom(string, string?)" path="/exception"/>
    public FfcUserBuilder Custom(string name, bool value) => Custom(name, value ? "true" : "false");

    /// <summary>Builds the user.</summary>
    /// <exception cref="InvalidUserException">
    /// The key is missing or blank, or name, email or country is blank but not empty.
    /// </exception>
    public FfcUser Build()
    {
        var user = new FfcUser(
            string.IsNullOrWhiteSpace(_key) ? throw new InvalidUserException("key", "must not be missing or blank") : _key,
            GivenOrNull("name", _name),
            GivenOrNull("email", _email),
            GivenOrNull("country", _country),
            _custom ?? CustomProperties.Empty);
        _customIsShared = _custom is not null;
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
        return string.IsNullOrWhiteSpace(value)
            ? throw new InvalidUserException(member, "must not be blank; leave it out instead")
            : value;
    }
}
