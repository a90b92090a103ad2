using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ffc.EndToEnd.Tests.DevServer;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>Ffc.Host without any configuration, as the first command of the README starts it.</summary>
public sealed partial class FirstCommandTests
{
    [Fact]
    public async Task Unconfigured_host_prints_a_curl_command_that_works()
    {
        await using var app = await AppProcess.StartAsync("Ffc.Host", [], "--urls", "http://127.0.0.1:0");
        var line = await Eventually.Is(() => Task.FromResult(CurlLine().Match(app.Output).Value), line => line.Length > 0);
        Assert.Contains(app.BaseUri.ToString(), line, StringComparison.Ordinal);

        // The flags may arrive slightly after the command is printed.
        var answer = await Eventually.Is(
            () => RunAsync(line), answer => answer.Contains("\"success\":true", StringComparison.Ordinal));

        var data = JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("data");
        Assert.Equal("new-checkout", data.GetProperty("keyName").GetString());
        Assert.Equal(JsonValueKind.True, data.GetProperty("variation").ValueKind);
    }

    [Theory]
    [InlineData("""{ "mine": true }""", "FFC")]
    [InlineData("""{ "mine": true }""", "FeatBit", "--featbit")]
    public async Task The_option_flags_serves_own_flags(string flags, string server, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("ffc-");
        try
        {
            var path = Path.Combine(folder.FullName, "mine.json");
            await File.WriteAllTextAsync(path, flags, TestContext.Current.CancellationToken);
            await using var app = await AppProcess.StartAsync(
                "Ffc.Host", [], [.. options, "--flags", path, "--urls", "http://127.0.0.1:0"]);
            var line = await Eventually.Is(() => Task.FromResult(CurlLine().Match(app.Output).Value), line => line.Length > 0);

            await Eventually.Is(() => RunAsync(line), answer => answer.Contains("\"mine\"", StringComparison.Ordinal));
            Assert.Contains($"the {server} development server serves the flags in {path}", app.Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task The_option_help_prints_every_option_and_starts_nothing(string option)
    {
        await using var app = await AppProcess.RunToEndAsync("Ffc.Host", [], option);

        Assert.Equal(0, app.ExitCode);
        Assert.StartsWith("usage: Ffc.Host ", app.Output, StringComparison.Ordinal);
        Assert.All(
            ["--flags", "--featbit", "--urls"], name => Assert.Contains($"  {name} ", app.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("listening", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unconfigured_host_prints_the_address_of_the_dashboard_and_leads_to_it()
    {
        await using var app = await AppProcess.StartAsync("Ffc.Host", [], "--urls", "http://127.0.0.1:0");
        var printed = await Eventually.Is(
            () => Task.FromResult(DashboardLine().Match(app.Output).Groups[1].Value), address => address.Length > 0);

        using var http = new HttpClient();
        using var response = await http.GetAsync(app.BaseUri, TestContext.Current.CancellationToken);
        Assert.Equal(printed, response.RequestMessage!.RequestUri!.ToString());
        await DashboardPage.CheckFilesAsync(http, response.RequestMessage.RequestUri);
    }

    [Fact]
    public async Task Host_warns_about_unknown_settings()
    {
        await using var app = await AppProcess.StartAsync(
            "Ffc.Host", new() { ["Ffc__EnvSecrte"] = "PRIVATE" }, "--urls", "http://127.0.0.1:0");

        await Eventually.Holds(() => app.Output.Contains("Ffc:EnvSecrte", StringComparison.Ordinal));
        Assert.DoesNotContain("PRIVATE", app.Output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string line)
    {
        using var shell = Process.Start(
            new ProcessStartInfo("bash", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return output;
    }

    [GeneratedRegex("Dashboard: (http[^ \n]+)")]
    private static partial Regex DashboardLine();

    [GeneratedRegex("curl .*")]
    private static partial Regex CurlLine();
}
