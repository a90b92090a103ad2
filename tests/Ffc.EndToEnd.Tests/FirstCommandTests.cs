using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>The function app with nothing configured: what a newcomer starts first.</summary>
public sealed partial class FirstCommandTests
{
    [Fact]
    public async Task Started_with_nothing_configured_it_prints_a_curl_line_that_works_when_pasted()
    {
        var folder = Directory.CreateTempSubdirectory("ffc-");
        try
        {
            await using var app = await AppProcess.StartAsync("Ffc.Functions", [], "--urls", "http://127.0.0.1:0");
            var line = await Eventually.Is(() => Task.FromResult(CurlLine().Match(app.Output).Value), line => line.Length > 0);
            Assert.Contains(app.BaseUri.ToString(), line, StringComparison.Ordinal);

            // Pasted the moment it is printed; the flags may be a blink behind.
            var answer = await Eventually.Is(() => RunAsync(line), answer => answer.Contains("\"success\":true", StringComparison.Ordinal));

            var data = JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("data");
            Assert.Equal("new-checkout", data.GetProperty("keyName").GetString());
            Assert.Equal(JsonValueKind.True, data.GetProperty("variation").ValueKind);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(string line)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return output;
    }

    [GeneratedRegex("curl .*")]
    private static partial Regex CurlLine();
}
