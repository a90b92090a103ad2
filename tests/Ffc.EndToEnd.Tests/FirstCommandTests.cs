using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>The function app with nothing configured: what a newcomer starts first.</summary>
public sealed partial class FirstCommandTests
{
    private const string OthersCanReachIt = "Others can reach this host";

    [Fact]
    public async Task Started_with_nothing_configured_it_prints_a_curl_line_that_works_when_pasted()
    {
        await using var app = await AppProcess.StartAsync("Ffc.Functions", [], "--urls", "http://127.0.0.1:0");
        var line = await Eventually.Is(() => Task.FromResult(CurlLine().Match(app.Output).Value), line => line.Length > 0);
        Assert.Contains(app.BaseUri.ToString(), line, StringComparison.Ordinal);
        Assert.DoesNotContain(OthersCanReachIt, app.Output, StringComparison.Ordinal);

        // Pasted the moment it is printed; the flags may be a blink behind.
        var answer = await Eventually.Is(() => RunAsync(line), answer => answer.Contains("\"success\":true", StringComparison.Ordinal));

        var data = JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("data");
        Assert.Equal("new-checkout", data.GetProperty("keyName").GetString());
        Assert.Equal(JsonValueKind.True, data.GetProperty("variation").ValueKind);
    }

    [Fact]
    public async Task Where_others_can_reach_it_a_warning_says_that_the_flags_are_those_of_an_example_and_another_what_is_misspelt()
    {
        await using var app = await AppProcess.StartAsync(
            "Ffc.Functions", new() { ["Ffc__FunctionKey"] = "k", ["Ffc__EnvSecrte"] = "PRIVATE" }, "--urls", "http://0.0.0.0:0");

        await Eventually.Holds(() => app.Output.Contains(OthersCanReachIt, StringComparison.Ordinal));
        Assert.Contains("There is no setting Ffc:EnvSecrte", app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", app.Output, StringComparison.Ordinal);
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
