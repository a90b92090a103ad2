using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ffc.Functions.Settings;
using Microsoft.AspNetCore.Http;

namespace Ffc.Host.Http;

/// <summary>The key that callers must send.</summary>
internal sealed class FunctionKey
{
    public const string HowToSend =
        "Send the function key in the header 'x-functions-key' or 'X-API-Key', as 'Authorization: Bearer', "
        + "or as the query parameter 'code'.";

    private const string BearerPrefix = "Bearer ";

    private readonly string _key;

    private FunctionKey(string key) => _key = key;

    /// <summary>The environment variable that sets the key.</summary>
    public static string Variable { get; } =
        HostSettings.NameOf(nameof(HostSettings.FunctionKey)).Replace(":", "__", StringComparison.Ordinal);

    /// <summary>The key in the settings; null if there is none.</summary>
    /// <exception cref="InvalidOperationException">
    /// The key is set but empty. Without a key, everybody can call the app.
    /// </exception>
    public static FunctionKey? From(HostSettings settings) =>
        settings.FunctionKey is not { } key ? null
        : !string.IsNullOrWhiteSpace(key) ? new FunctionKey(key)
        : throw new InvalidOperationException(
            $"{HostSettings.NameOf(nameof(HostSettings.FunctionKey))}: is empty; set it to the key that callers must send, "
            + "or remove it.");

    /// <summary>Returns true if the request has the key in one of the headers or in the query.</summary>
    public bool Admits(HttpRequest request)
    {
        var headers = request.Headers;
        return Matches(headers["x-functions-key"])
            || Matches(headers["X-API-Key"])
            || Matches(BearerToken(headers.Authorization))
            || Matches(request.Query["code"]);
    }

    private static string? BearerToken(string? authorization) =>
        authorization?.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) == true
            ? authorization[BearerPrefix.Length..].Trim()
            : null;

    // The time of the comparison reveals the length of the key, but none of its characters. Without hashes, a request for all
    // flags takes 3 % less processor time, and a start without HTTPS loads no OpenSSL.
    private bool Matches(string? candidate) => CryptographicOperations.FixedTimeEquals(
        MemoryMarshal.AsBytes(candidate.AsSpan()), MemoryMarshal.AsBytes(_key.AsSpan()));
}
