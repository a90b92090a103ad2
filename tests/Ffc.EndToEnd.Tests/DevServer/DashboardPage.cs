using System.Net;
using System.Text.RegularExpressions;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>The page of the dashboard before scripts run.</summary>
internal static partial class DashboardPage
{
    private const string Script = "/_framework/blazor.web.js";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Checks that the server has all files of the page, and that the page allows only these.</summary>
    public static async Task CheckFilesAsync(HttpClient http, Uri address)
    {
        using var page = await http.GetAsync(address, Token);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var policy = string.Join(";", page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);

        var html = await page.Content.ReadAsStringAsync(Token);
        Uri[] files = [.. References().Matches(html).Select(match => new Uri(address, match.Groups[1].Value))];
        Assert.Contains(files, file => file.AbsolutePath == Script);
        foreach (var file in files)
        {
            Assert.Equal(address.Authority, file.Authority);
            using var response = await http.GetAsync(file, Token);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{file}: {response.StatusCode}");
        }
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex References();
}
