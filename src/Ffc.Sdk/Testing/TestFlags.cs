using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Testing;

namespace Ffc.Sdk;

/// <summary>
/// The flags of a test, set in code, and a client that evaluates them without a network. Changes take effect immediately and
/// raise <see cref="IFfcClient.FlagsChanged"/>. Thread-safe.
/// </summary>
/// <example>
/// <code>
/// var flags = new TestFlags().Set("new-checkout", true).Set("limit", 5);
/// services.AddFfc(flags);
/// </code>
/// </example>
#pragma warning disable CA1001 // A client without a network has nothing to release.
public sealed class TestFlags
#pragma warning restore CA1001
{
    private const int DefaultVariation = 1;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, TestFlag> _flags = new(StringComparer.Ordinal);
    private readonly TestInsights _insights = new();
    private long _version;

    /// <summary>Creates a client without flags. It is initialized.</summary>
    public TestFlags()
    {
        FfcClient = new FfcClient(new FfcOptions { Offline = true }, _insights);
        lock (_lock)
            ApplyNeedsLock("full", []);
    }

    /// <summary>The client that evaluates the flags, as the client of an app does.</summary>
    public IFfcClient Client => FfcClient;

    /// <summary>The metrics that the code under test recorded, in order.</summary>
    public IReadOnlyList<TrackedMetric> TrackedMetrics => _insights.Metrics;

    /// <summary>The keys of the flags that the code under test evaluated, in order and with repetitions.</summary>
    public IReadOnlyList<string> EvaluatedFlags => _insights.EvaluatedFlags;

    internal FfcClient FfcClient { get; }

    /// <summary>Sets the value of a flag for all users, except users with their own value.</summary>
    /// <typeparam name="T">
    /// <see cref="string"/>, <see cref="bool"/>, a number, <see cref="JsonElement"/>, or a type that is written as JSON.
    /// </typeparam>
    /// <param name="key">The flag's key.</param>
    /// <param name="value">The value.</param>
    /// <returns>The same flags.</returns>
    /// <exception cref="ArgumentException">The key is null or empty, or the value is null.</exception>
    public TestFlags Set<T>(string key, T value) => Set(key, userKey: null, value);

    /// <summary>Sets the value of a flag for one user. Set the value for all other users first.</summary>
    /// <inheritdoc cref="Set{T}(string, T)"/>
    /// <param name="userKey">The key of the user.</param>
    /// <param name="key">The flag's key.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="InvalidOperationException">The flag has no value for all users yet.</exception>
    public TestFlags SetFor<T>(string userKey, string key, T value)
    {
        ArgumentException.ThrowIfNullOrEmpty(userKey);
        return Set(key, userKey, value);
    }

    /// <summary>Removes a flag. Its evaluation then returns the default. Does nothing if the flag is not set.</summary>
    /// <param name="key">The flag's key.</param>
    /// <returns>The same flags.</returns>
    public TestFlags Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_lock)
        {
            if (_flags.Remove(key, out var removed))
                ApplyNeedsLock("patch", [Json(key, removed, isArchived: true)]);
        }

        return this;
    }

    private TestFlags Set<T>(string key, string? userKey, T value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        var text = TextOf(value);
        lock (_lock)
        {
            if (!_flags.TryGetValue(key, out var flag))
            {
                if (userKey is not null)
                    throw new InvalidOperationException($"Call Set(\"{key}\", …) before SetFor, for all other users.");
                _flags[key] = flag = new TestFlag(text);
            }

            if (userKey is null)
                flag.Value = text;
            else
                flag.UserValues[userKey] = text;
            ApplyNeedsLock("patch", [Json(key, flag, isArchived: false)]);
        }

        return this;
    }

    private static string TextOf<T>(T value) => value switch
    {
        string text => text,
        bool boolean => boolean ? "true" : "false",
        JsonElement json => json.GetRawText(),
        IFormattable and (int or long or double or decimal or float or short or byte or uint) =>
            ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        _ => SerializeWithReflection(value),
    };

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Tests run with reflection.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Tests run with reflection.")]
    private static string SerializeWithReflection<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

    private static JsonObject Variation(int id, string value) => new() { ["localId"] = id, ["variationValue"] = value };

    // A message as a server sends it, so that a test evaluates with the same code as the app.
    private void ApplyNeedsLock(string eventType, JsonArray flags)
    {
        var message = new JsonObject
        {
            ["messageType"] = "data-sync",
            ["data"] = new JsonObject { ["eventType"] = eventType, ["featureFlags"] = flags, ["segments"] = new JsonArray() },
        };
        var utf8 = Encoding.UTF8.GetBytes(message.ToJsonString());
        FfcClient.Accept(ServerProtocol.FormatOf(envSecret: "", utf8).ReadMessage(utf8)!, FlagDataSource.Bootstrap);
    }

    private JsonObject Json(string key, TestFlag flag, bool isArchived)
    {
        var id = DefaultVariation;
        return new JsonObject
        {
            ["id"] = key,
            ["isArchived"] = isArchived,
            ["timestamp"] = ++_version,
            ["ff"] = new JsonObject
            {
                ["id"] = key,
                ["keyName"] = key,
                ["name"] = key,
                ["status"] = "Enabled",
                ["variationOptionWhenDisabled"] = Variation(DefaultVariation, flag.Value),
                ["defaultRulePercentageRollouts"] = new JsonArray(new JsonObject
                {
                    ["rolloutPercentage"] = new JsonArray(0, 1),
                    ["valueOption"] = Variation(DefaultVariation, flag.Value),
                }),
            },
            ["targetIndividuals"] = new JsonArray([.. flag.UserValues.Select(user => new JsonObject
            {
                ["individuals"] = new JsonArray(new JsonObject { ["keyId"] = user.Key }),
                ["valueOption"] = Variation(++id, user.Value),
            })]),
        };
    }

    private sealed class TestFlag(string value)
    {
        public string Value { get; set; } = value;

        public Dictionary<string, string> UserValues { get; } = new(StringComparer.Ordinal);
    }
}
