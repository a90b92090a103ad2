using System.Globalization;
using Ffc.Sdk.Users;

namespace Ffc.Sdk;

/// <summary>Builds a user. The builder is not thread-safe; the user is.</summary>
public sealed class FfcUserBuilder
{
    // All integers up to this limit are exact as double.
    private const long MaxExactInteger = 1L << 53;

    private readonly string? _key;
    private string? _name;
    private string? _email;
    private string? _country;
    private CustomProperties? _custom;
    private CustomProperties? _reserved;
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
    /// Sets a custom property. A second value for the same name replaces the first; null removes the property. FFC ignores a
    /// name that equals a built-in property in any case (<c>Name</c>, <c>KEYID</c> …): no clause of FFC can refer to it. With
    /// FeatBit, such a name is a custom property; only <c>keyId</c> and <c>name</c> are built-in.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public FfcUserBuilder Custom(string name, string? value)
    {
        ArgumentNullException.ThrowIfNull(name);

        // The properties are shared with the user that was built: copy them before the first change.
        if (_customIsShared)
        {
            _custom = Copy(_custom);
            _reserved = Copy(_reserved);
            _customIsShared = false;
        }

        if (IsReserved(name))
            Set(ref _reserved, name, value);
        else
            Set(ref _custom, name, value);
        return this;
    }

    /// <summary>
    /// Sets a custom property to a number, as its shortest text in invariant culture. Whole numbers up to 2^53 have no exponent.
    /// </summary>
    /// <inheritdoc cref="Custom(string, string?)" path="/exception"/>
    public FfcUserBuilder Custom(string name, double value) => Custom(
        name,
        Math.Abs(value) <= MaxExactInteger && value == Math.Truncate(value)
            ? ((long)value).ToString(CultureInfo.InvariantCulture)
            : value.ToString(CultureInfo.InvariantCulture));

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
            _custom ?? CustomProperties.Empty,
            _reserved);
        _customIsShared = _custom is not null || _reserved is not null;
        return user;
    }

    /// <summary>
    /// Whether a custom property of this name is reserved: the name equals a built-in property in any case. FFC ignores reserved
    /// properties.
    /// </summary>
    internal static bool IsReserved(string name) =>
        name.Length is >= 3 and <= 7
        && (name.Equals("key", StringComparison.OrdinalIgnoreCase)
            || name.Equals("keyid", StringComparison.OrdinalIgnoreCase)
            || name.Equals("name", StringComparison.OrdinalIgnoreCase)
            || name.Equals("email", StringComparison.OrdinalIgnoreCase)
            || name.Equals("country", StringComparison.OrdinalIgnoreCase));

    private static CustomProperties? Copy(CustomProperties? properties) =>
        properties is null ? null : new CustomProperties(properties);

    private static void Set(ref CustomProperties? properties, string name, string? value)
    {
        if (value is null)
            properties?.Remove(name);
        else
            (properties ??= new CustomProperties()).Set(name, value);
    }

    private static string? GivenOrNull(string member, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return null;
        return string.IsNullOrWhiteSpace(value)
            ? throw new InvalidUserException(member, "must not be blank; leave it out instead")
            : value;
    }
}
