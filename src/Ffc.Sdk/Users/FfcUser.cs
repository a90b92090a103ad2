using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Users;

namespace Ffc.Sdk;

/// <summary>
/// The user that flags are evaluated for: a key, three built-in properties and any number of custom properties. Immutable and
/// thread-safe. Reuse the object while the user does not change, because the hash for rollouts is computed once per object.
/// </summary>
/// <example><code>var user = FfcUser.Builder("u1").Email("ada@example.com").Custom("plan", "pro").Build();</code></example>
public sealed class FfcUser
{
    private readonly CustomProperties _custom;
    private readonly CustomProperties? _reserved;

    // NaN until the first use. Two threads may compute the same value.
    private double _rolloutPercentage = double.NaN;
    private double _experimentPercentage = double.NaN;
    private PatternMemo? _patterns;
    private int _queueId;
    private int _estimatedBytes;

    internal FfcUser(
        string key, string? name, string? email, string? country, CustomProperties custom, CustomProperties? reserved)
    {
        Key = key;
        Name = name;
        Email = email;
        Country = country;
        _custom = custom;
        _reserved = reserved;
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

    /// <summary>
    /// The custom properties whose names FFC reserves for built-in properties; null if there are none. FFC ignores them.
    /// </summary>
    internal IReadOnlyDictionary<string, string>? ReservedCustom => _reserved;

    /// <summary>The position of the user in the rollouts that assign users by key, from 0 to 1.</summary>
    internal double RolloutPercentage
    {
        get
        {
            var known = Volatile.Read(ref _rolloutPercentage);
            if (!double.IsNaN(known))
                return known;

            var percentage = Percentage.OfAscii(Key);
            Volatile.Write(ref _rolloutPercentage, percentage);
            return percentage;
        }
    }

    /// <summary>
    /// The position of the user in the experiments of these rollouts, from 0 to 1; independent of the position in the rollouts.
    /// </summary>
    internal double ExperimentPercentage
    {
        get
        {
            var known = Volatile.Read(ref _experimentPercentage);
            if (!double.IsNaN(known))
                return known;

            var percentage = Percentage.OfAscii(Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)));
            Volatile.Write(ref _experimentPercentage, percentage);
            return percentage;
        }
    }

    /// <summary>
    /// The number of events of the user in the queue that counts the user. Only this queue uses it, under its lock.
    /// </summary>
    internal int QueuedEvents { get; set; }

    /// <summary>An estimate of the memory of the user, in bytes.</summary>
    internal int EstimatedBytes => _estimatedBytes == 0 ? _estimatedBytes = EstimateBytes() : _estimatedBytes;

    internal PatternMemo Patterns => _patterns ??= new PatternMemo();

    /// <summary>Creates a builder for a user with this key.</summary>
    /// <param name="key">The unique key of the user. It must not be blank; <see cref="FfcUserBuilder.Build"/> checks it.</param>
    public static FfcUserBuilder Builder(string key) => new(key);

    /// <summary>Creates a user from a key that may be missing, such as the value of a request header.</summary>
    /// <param name="key">The key.</param>
    /// <param name="user">The user, without other properties; null if the key is missing or blank.</param>
    /// <returns>Whether the key is valid.</returns>
    /// <example><code>if (!FfcUser.TryCreate(key, out var user)) return;</code></example>
    public static bool TryCreate([NotNullWhen(true)] string? key, [NotNullWhen(true)] out FfcUser? user)
    {
        user = string.IsNullOrWhiteSpace(key) ? null : Builder(key).Build();
        return user is not null;
    }

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

    /// <summary>Whether a queue counts the user. The first queue that calls it counts the user from then on.</summary>
    internal bool TryCountIn(int queueId) =>
        _queueId == queueId || (_queueId == 0 && Interlocked.CompareExchange(ref _queueId, queueId, 0) is var previous
            && (previous == 0 || previous == queueId));

    /// <summary>The user's value of a property; null if it is not set.</summary>
    /// <param name="property">The property.</param>
    /// <param name="name">The name of a custom or reserved property.</param>
    internal string? ValueOf(UserProperty property, string name) => property switch
    {
        UserProperty.Key => Key,
        UserProperty.Name => Name,
        UserProperty.Email => Email,
        UserProperty.Country => Country,
        UserProperty.Reserved => ReservedOrNull(name),
        _ => _custom.TryGetValue(name, out var value) ? value : null,
    };

    private string? ReservedOrNull(string name) =>
        _reserved is not null && _reserved.TryGetValue(name, out var value) ? value
        : name == "email" ? Email
        : name == "country" ? Country
        : null;

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

    private int EstimateBytes()
    {
        const int ObjectBytes = 160;
        const int StringBytes = 24;
        var characters = (long)Key.Length + (Name?.Length ?? 0) + (Email?.Length ?? 0) + (Country?.Length ?? 0);
        var bytes = ObjectBytes + (4 * StringBytes) + (2 * characters);
        return (int)Math.Min(int.MaxValue, bytes + _custom.EstimatedBytes + (_reserved?.EstimatedBytes ?? 0));
    }
}
