using System.Text.RegularExpressions;

namespace Ffc.Sdk.Internal;

/// <summary>Removes user names and passwords from addresses, so that logs and statuses do not contain them.</summary>
internal static partial class UriCredentials
{
    /// <summary>Removes the user information from every address in a text.</summary>
    public static string Remove(string text) => UserInfo().Replace(text, "");

    [GeneratedRegex("(?<=://)[^/\\s]*@")]
    private static partial Regex UserInfo();
}
