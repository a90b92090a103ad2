namespace Ffc.DevServer.Dashboard;

/// <summary>The addresses of pages, relative to the dashboard. A flag key can contain any character.</summary>
internal static class DashboardUrls
{
    // Browsers and proxies limit the length of addresses.
    private const int MaxLength = 2000;

    /// <summary>Returns an address; null if it is too long for a link.</summary>
    public static string? ForLink(string address) => address.Length <= MaxLength ? address : null;

    public static string Flag(string key) => $"flag?key={Uri.EscapeDataString(key)}";

    /// <summary>The playground with a user.</summary>
    /// <param name="user">The user as JSON.</param>
    /// <param name="flagKey">The flag to explain; null for none.</param>
    public static string Playground(string user, string? flagKey = null) =>
        $"playground?user={Uri.EscapeDataString(user)}" + (flagKey is null ? "" : $"&flag={Uri.EscapeDataString(flagKey)}");
}
