using System.Text.RegularExpressions;

namespace Ffc.Sdk.Internal;

/// <summary>Removes user names and passwords from addresses, so that logs and statuses do not contain them.</summary>
internal static partial class UriCredentials
{
    private const int MaxWordLength = 20;
    private const int ShownOfWord = 4;

    /// <summary>Removes the user information from every address in a text.</summary>
    public static string Remove(string text) => UserInfo().Replace(text, "");

    /// <summary>
    /// Returns the address of a setting, which may be invalid, for an error: without user information and without a query, which
    /// may contain a token. A long word that is no address may be a secret in the wrong setting, so only its start is returned.
    /// </summary>
    public static string Show(string address)
    {
        var shown = Remove(address);
        if (!shown.Contains("://", StringComparison.Ordinal))
            shown = shown[(shown.LastIndexOf('@') + 1)..];
        if (shown.Length > MaxWordLength && !shown.AsSpan().ContainsAny('.', ':'))
            return $"{shown[..ShownOfWord]}…";
        var end = shown.IndexOfAny(['?', '#']);
        return end < 0 ? shown : $"{shown[..(end + 1)]}…";
    }

    /// <summary>
    /// The message of an exception, without credentials and without the full stop, because most messages become a part of a
    /// sentence. Use it instead of <see cref="Exception.Message"/> in everything that leaves the client: logs, statuses, traces
    /// and other exceptions.
    /// </summary>
    public static string SafeMessage(this Exception exception) => Remove(exception.Message).TrimEnd('.', '?', '!', ' ');

    // .NET writes an address with its escapes resolved, so a password may contain spaces.
    [GeneratedRegex("(?<=://)[^/\\r\\n]*@")]
    private static partial Regex UserInfo();
}
