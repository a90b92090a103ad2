using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Users;

namespace Ffc.Sdk;

/// <summary>
/// The user that flags are evaluated for: a key, three built-in properties and any number of custom properties. Immutable and
/// thread-safe. Reuse the object while the user does not change, because the hash for rollouts is computed once per object.
/// </summary>
/// <example><code>var user = FfcUser.Builder("u1").Email("ada@example.com").Custom("plan", "pro").Build();</code></example>
public sealed class FfcUser
{
    // One per thread. MD5.HashData takes 655 instead of 473 ns for a new user (OneFlagBenchmarks, default rollout).
    [ThreadStatic]
    private static MD5? _md5;

    private readonly CustomProperties _custom;

    // NaN until the first use. Two threads may compute the same value.
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

    /// <summary>The unique key of the user. Never blank. Targets, segments and rollouts use it.</summary>
    public string Key { get; }

    /// <summary>The user's name; null if it is not set.</summary>
    public string? Name { get; }

    /// <summary>The user's e-mail address; null if it is not set.</summary>
    public string? Email { get; }

    /// <summary>The user's country; null if it is not set.</summary>
    public string? Country { get; }

    /// <summary>The custom properties by name, which is case-sensitive; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Custom => _custom;

    /// <summary>The position of the user in every rollout, from 0 to 1. Depends only on the key.</summary>
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

    /// <summary>The position of the user in every experiment, from 0 to 1; independent of the rollout.</summary>
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

    /// <summary>Creates a builder for a user with this key.</summary>
    /// <param name="key">The unique key of the user. It must not be blank; <see cref="FfcUserBuilder.Build"/> checks it.</param>
    public static FfcUserBuilder Builder(string key) => new(key);

    /// <summary>
    /// Reads a user from a flat JSON object: <c>key</c> (or <c>keyid</c>), <c>name</c>, <c>email</c>, <c>country</c>; every
    /// other member is a custom property. Strings are used unchanged, numbers as their text, booleans as <c>true</c> and
    /// <c>false</c>; null means that the property is not set.
    /// </summary>
    /// <param name="json">The JSON object.</param>
    /// <exception cref="InvalidUserException">
    /// The value is not an object, has no key, or has a member that is not valid.
    /// </exception>
    public static FfcUser FromJson(JsonElement json) => UserJson.Read(json);

    /// <summary>Reads a user from the text of a flat JSON object, as <see cref="FromJson(JsonElement)"/> does.</summary>
    /// <param name="json">The text of a JSON object.</param>
    /// <exception cref="ArgumentNullException"><paramref name="json"/> is null.</exception>
    /// <exception cref="InvalidUserException">
    /// The text is not a JSON object, has no key, or has a member that is not valid.
    /// </exception>
    public static FfcUser FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        using var document = Parse(json);
        return UserJson.Read(document.RootElement);
    }

    /// <summary>Returns a text without personal data: neither the key nor any value.</summary>
    public override string ToString() => $"user with {_custom.Count} custom properties";

    internal string? CustomOrNull(string name) => _custom.TryGetValue(name, out var value) ? value : null;

    private static JsonDocument Parse(string json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            // The parser throws ArgumentException for a string with half of a surrogate pair.
            throw new InvalidUserException("user", "is not valid JSON");
        }
    }

    private static double Percentage(string text)
    {
        // Most keys are short. A long key is not worth the stack space.
        Span<byte> buffer = stackalloc byte[256];
        var bytes = text.Length <= buffer.Length ? buffer[..text.Length] : new byte[text.Length];
        Encoding.ASCII.GetBytes(text, bytes);

        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // Not used for security: every FFC SDK assigns users to rollouts by this hash.
        (_md5 ??= MD5.Create()).TryComputeHash(bytes, hash, out _);
#pragma warning restore CA5351
        return Math.Abs(BitConverter.ToInt32(hash) / (double)int.MinValue);
    }
}
