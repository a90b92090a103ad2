using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Ffc.Functions.Embedded.Http;

/// <summary>The key that callers must send. It knows its hash alone: nothing can log or echo the key itself.</summary>
internal sealed class FunctionKey
{
    /// <summary>The environment variable that sets the key.</summary>
    public const string Variable = "Ffc__FunctionKey";

    public const string HowToSend =
        "Send the function key in the header 'x-functions-key' or 'X-API-Key', as 'Authorization: Bearer', "
        + "or as the query parameter 'code'.";

    private const string Setting = "Ffc:FunctionKey";
    private const string BearerPrefix = "Bearer ";

    private readonly byte[] _hash;

    private FunctionKey(string key) => _hash = Hash(key);

    /// <summary>The key in the configuration; null where none is set.</summary>
    public static FunctionKey? From(IConfiguration configuration) =>
        configuration[Setting] is { } key && !string.IsNullOrWhiteSpace(key) ? new FunctionKey(key) : null;

    /// <summary>Whether the request carries the key, in whichever of the places it may be in.</summary>
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

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    // Hashes have one length, so that the time taken tells nothing of the key, not even how long it is.
    private bool Matches(string? candidate) =>
        !string.IsNullOrEmpty(candidate) && CryptographicOperations.FixedTimeEquals(Hash(candidate), _hash);
}
