namespace Ffc.DevServer.Dashboard;

/// <summary>The addresses of pages, relative to the dashboard. A flag key can contain any character.</summary>
internal static class DashboardUrls
{
    public static string Flag(string key) => $"flag?key={Uri.EscapeDataString(key)}";

    /// <summary>The playground with a user.</summary>
    /// <param name="user">The user as JSON.</param>
    /// <param name="flagKey">The flag to explain; null for none.</param>
    public static string Playground(string user, string? flagKey = null) =>
        $"playground?user={Uri.EscapeDataString(user)}" + (flagKey is null ? "" : $"&flag={Uri.EscapeDataString(flagKey)}");
}
