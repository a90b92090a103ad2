using System.Text.RegularExpressions;

namespace Ffc.Sdk.Internal;

/// <summary>Keeps user names and passwords in addresses, such as a proxy's, out of logs and statuses.</summary>
internal static partial class UriCredentials
{
    /// <summary>Removes the user information from every address in a text.</summary>
    public static string Remove(string text) => UserInfo().Replace(text, "");

    [GeneratedRegex("(?<=://)[^/\\s]*@")]
    private static partial Regex UserInfo();
}
