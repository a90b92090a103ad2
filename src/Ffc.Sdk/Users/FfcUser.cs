using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Users;

namespace Ffc.Sdk;

/// <summary>
/// The user that flags are evaluated for: a key, three built-in properties and any number of custom ones.
/// Immutable and thread-safe. Keep one for as long as the user is the same: what a rollout needs is worked out once a user.
/// </summary>
public sealed class FfcUser
{
    // One a thread, and kept: making one for each user takes longer than the hash itself.
    [ThreadStatic]
    private static MD5? _md5;

    private readonly CustomProperties _custom;

    // Worked out when first asked for; NaN until then. Two threads may both do so: they get the same number.
    private double _rolloutPercentage = double.NaN;
    private double _experimentPercentage = double.NaN;
    private PatternMemo? _patterns;

    internal FfcUser(string key, string? name, string? email, string? country, CustomProperties custom)
    {
        Key = key;
        Name = name;
        Email = email;
        Country = country;
        _custom = custom;
    }

    /// <summary>What tells this user from all others; never blank. Targets, segments and rollouts go by it.</summary>
    public string Key { get; }

    /// <summary>The user's name; null when not given.</summary>
    public string? Name { get; }

    /// <summary>The user's e-mail address; null when not given.</summary>
    public string? Email { get; }

    /// <summary>The user's country; null when not given.</summary>
    public string? Country { get; }

    /// <summary>The custom properties by name, compared ordinally; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Custom => _custom;

    /// <summary>Where the user's key falls between 0 and 1. Depends on the key alone, so that a user meets the same side of every split.</summary>
    internal double RolloutPercentage
    {
        get
        {
            var known = Volatile.Read(ref _rolloutPercentage);
            if (!double.IsNaN(known))
                return known;

            var percentage = Percentage(Key);
            Volatile.Write(ref _rolloutPercentage, percentage);
            return percentage;
        }
    }

    /// <summary>Where the user falls when it is decided whether an evaluation counts in an experiment; independent of the rollout.</summary>
    internal double ExperimentPercentage
    {
        get
        {
            var known = Volatile.Read(ref _experimentPercentage);
            if (!double.IsNaN(known))
                return known;

            var percentage = Percentage(Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)));
            Volatile.Write(ref _experimentPercentage, percentage);
            return percentage;
        }
    }

    internal PatternMemo Patterns => _patterns ??= new PatternMemo();

    /// <summary>Starts a user.</summary>
    /// <param name="key">What tells this user from all others; must not be blank, which <see cref="FfcUserBuilder.Build"/> checks.</param>
    /// <returns>A builder of its own.</returns>
    public static FfcUserBuilder Builder(string key) => new(key);

    /// <summary>
    /// Reads a user from a flat JSON object: <c>key</c> (or <c>keyid</c>), <c>name</c>, <c>email</c>, <c>country</c>; every other
    /// member is a custom property. Strings are taken as they are, numbers by their text, booleans as <c>true</c> and
    /// <c>false</c>; null is not given.
    /// </summary>
    /// <param name="json">The object.</param>
    /// <exception cref="InvalidUserException">It is no object, has no key, or a member that no property can hold.</exception>
    public static FfcUser FromJson(JsonElement json) => UserJson.Read(json);

    /// <summary>Reads a user from the text of a flat JSON object, as <see cref="FromJson(JsonElement)"/> does.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="ArgumentNullException">There is no text.</exception>
    /// <exception cref="InvalidUserException">It is not JSON, no object, has no key, or a member that no property can hold.</exception>
    public static FfcUser FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        using var document = Parse(json);
        return UserJson.Read(document.RootElement);
    }

    /// <summary>The user's key is personal data to some, so the text of a user tells nothing of it.</summary>
    public override string ToString() => $"user with {_custom.Count} custom properties";

    private static JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // The latter is the parser's way to say that a text holds half of a surrogate pair.
            throw new InvalidUserException("user", "is not JSON");
        }
    }

    internal string? CustomOrNull(string name) => _custom.TryGetValue(name, out var value) ? value : null;

    private static double Percentage(string text)
    {
        // Keys are short; a long one is not worth a place on the stack.
        Span<byte> buffer = stackalloc byte[256];
        var bytes = text.Length <= buffer.Length ? buffer[..text.Length] : new byte[text.Length];
        Encoding.ASCII.GetBytes(text, bytes);

        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // No security here: the hash deals users onto a split the way every FFC SDK does.
        (_md5 ??= MD5.Create()).TryComputeHash(bytes, hash, out _);
#pragma warning restore CA5351
        return Math.Abs(BitConverter.ToInt32(hash) / (double)int.MinValue);
    }
}
