using System.Diagnostics;
using Ffc.DevServer;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Sdk.Protocol;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>The development server as a program.</summary>
public class ProcessTests
{
    private const string Project = "Ffc.DevServer";

    [Fact]
    public async Task The_printed_settings_connect_a_client_to_the_sample_flags()
    {
        await using var app = await AppProcess.StartAsync(
            Project, new() { ["ASPNETCORE_URLS"] = "http://192.0.2.1:1" }, "--urls", "http://127.0.0.1:0");
        var secret = await ReadSettingAsync(app, "Ffc__EnvSecret");
        var streamingUri = new Uri(await ReadSettingAsync(app, "Ffc__StreamingUri"));
        var eventsUri = new Uri(await ReadSettingAsync(app, "Ffc__EventsUri"));

        using var client = await FrameClient.ConnectAsync(streamingUri, secret);

        Assert.Equal(DevServerOptions.DevelopmentSecret, secret);
        Assert.Contains(
            $"Dashboard: {eventsUri.GetLeftPart(UriPartial.Authority)}", app.Output.Split('\n').Select(line => line.Trim()));
        Assert.Contains("new-checkout", (await client.SyncAsync()).FlagKeys);
        await DashboardPage.CheckFilesAsync(app.Http, eventsUri);
    }

    [Fact]
    public async Task The_dashboard_writes_no_keys_to_the_home_folder()
    {
        var home = Directory.CreateTempSubdirectory("ffc-home-");
        await using (var app = await AppProcess.StartAsync(
            Project, new() { ["HOME"] = home.FullName, ["LOCALAPPDATA"] = home.FullName }, "--urls", "http://127.0.0.1:0"))
        {
            await DashboardPage.CheckFilesAsync(app.Http, app.BaseUri);
            Assert.DoesNotContain("warning", app.Output, StringComparison.Ordinal);
        }

        Assert.Empty(home.GetFileSystemInfos());
        home.Delete();
    }

    [Fact]
    public async Task Paths_in_arguments_of_dotnet_run_are_relative_to_the_current_directory()
    {
        var folder = Directory.CreateTempSubdirectory("ffc-run-");
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "mine.json"), """{ "a": true }""", TestContext.Current.CancellationToken);
        using var process = Process.Start(new ProcessStartInfo("dotnet",
            ["run", "--no-build", "--configuration", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name,
             "--project", Repository.PathOf("src/Ffc.DevServer"), "--", "--flags", "mine.json", "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = folder.FullName,
        })!;
        try
        {
            var lines = new List<string>();
            using var timeoutCts = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            timeoutCts.CancelAfter(TestServer.Timeout);
            while (await process.StandardOutput.ReadLineAsync(timeoutCts.Token) is { } line
                && !line.StartsWith("Serving 1 flag", StringComparison.Ordinal))
                lines.Add(line);

            Assert.Contains("FFC development server: http://127.0.0.1", string.Join('\n', lines), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task SIGTERM_closes_connections_and_ends_the_program()
    {
        await using var app = await AppProcess.StartAsync(Project, [], "--urls=http://127.0.0.1:0", "--control=true");
        using var client = await ConnectAsync(app, DevServerOptions.DevelopmentSecret);
        await client.SyncAsync();

        var termination = app.TerminateAsync();

        Assert.Equal(1001, (await client.ReceiveCloseAsync()).Code);
        await termination;
        Assert.Equal(0, app.ExitCode);
    }

    [Fact]
    public async Task A_configured_secret_is_used_and_not_printed()
    {
        var secret = Convert.ToBase64String("mine%20260101000000__1__1__1__default_00001"u8);
        await using var app = await AppProcess.StartAsync(Project, [], "--urls", "http://127.0.0.1:0", "--secret", secret);
        await ReadSettingAsync(app, "Ffc__EnvSecret");

        using var client = await ConnectAsync(app, secret);

        Assert.Equal(Wire.Full, (await client.SyncAsync()).EventType);
        Assert.DoesNotContain(secret, app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_random_secret_is_printed_once_if_other_machines_can_reach_the_server()
    {
        await using var app = await AppProcess.StartAsync(
            Project, new() { ["FFC_DEV_KEY"] = "key-of-the-server" }, "--urls", "http://*:0");
        var secret = await ReadSettingAsync(app, "Ffc__EnvSecret");

        using var client = await ConnectAsync(app, secret);

        Assert.Equal(Wire.Full, (await client.SyncAsync()).EventType);
        Assert.NotEqual(DevServerOptions.DevelopmentSecret, secret);
        await Eventually.Holds(() => app.Output.Contains("The secret is new and random", StringComparison.Ordinal));
        Assert.Equal(2, app.Output.Split(secret).Length);
        Assert.DoesNotContain("key-of-the-server", app.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/no/such/flags.json", "--flags", "/no/such/flags.json")]
    [InlineData("--flag", "--flag", "x.json")]
    [InlineData("--flags", "--flags")]
    [InlineData("--flags", "--flags", "")]
    [InlineData("--control", "--control=maybe")]
    [InlineData("--key or FFC_DEV_KEY", "--urls", "http://*:0")]
    [InlineData("no-url", "--urls", "no-url")]
    [InlineData("http://127.0.0.1:99999", "--urls", "http://127.0.0.1:99999")]
    public async Task An_invalid_option_ends_the_program_with_an_error_that_names_it(string expected, params string[] args)
    {
        await using var app = await AppProcess.RunToEndAsync(Project, [], args);

        Assert.Equal(1, app.ExitCode);
        Assert.Contains(expected, app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_ends_the_program_with_a_hint()
    {
        await using var other = await TestServer.StartAsync();

        await using var app = await AppProcess.RunToEndAsync(
            Project, [], "--urls", $"http://127.0.0.1:{other.Server.BaseUri.Port}");

        Assert.Equal(1, app.ExitCode);
        Assert.Contains("Choose another address: --urls http://localhost:<port>", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_message_at_the_console_has_no_category_no_event_id_and_correct_plurals()
    {
        var folder = Directory.CreateTempSubdirectory("ffc-console-");
        try
        {
            var file = Path.Combine(folder.FullName, "flags.json");
            await File.WriteAllTextAsync(file, """{ "a": true }""", TestContext.Current.CancellationToken);
            await using var app = await AppProcess.StartAsync(Project, [], "--urls", "http://127.0.0.1:0", "--flags", file);
            using var client = await ConnectAsync(app, DevServerOptions.DevelopmentSecret);
            await client.SyncAsync();

            await File.WriteAllTextAsync(
                file,
                """{ "a": { "rules": [{ "if": "a matches the pattern (", "serve": true }], "serve": true } }""",
                TestContext.Current.CancellationToken);
            await Eventually.Holds(() => app.Output.Contains("Pushed", StringComparison.Ordinal));

            Assert.Contains("Serving 1 flag from", app.Output, StringComparison.Ordinal);
            Assert.Matches(@"(?m)^\S*\d\d:\d\d:\d\d\.\d{3} Pushed a patch of 1 item to 1 client\r?$", app.Output);
            Assert.Matches(@"(?m)^\S*\d\d:\d\d:\d\d\.\d{3} warning: Possible mistake in ", app.Output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_mirrored_environment_is_served_and_its_secret_is_not_printed()
    {
        var secret = Convert.ToBase64String("mine%20260101000000__4__5__6__default_00001"u8);
        await using var real = await TestServer.StartAsync("""{ "a": true }""", secret: secret);
        var overrides = real.FlagsPath + ".overrides";
        await using var app = await AppProcess.StartAsync(
            Project,
            new() { ["FFC_MIRROR_SECRET"] = secret },
            "--urls",
            "http://127.0.0.1:0",
            "--mirror",
            "--streaming-uri",
            new UriBuilder(real.Server.StreamingUri) { UserName = "ada", Password = "p4ss" }.Uri.ToString(),
            "--overrides",
            overrides);
        var local = await ReadSettingAsync(app, "Ffc__EnvSecret");

        using var client = await ConnectAsync(app, local);

        Assert.Equal(["a"], (await client.SyncAsync()).FlagKeys);
        Assert.DoesNotContain(secret, app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("p4ss", app.Output, StringComparison.Ordinal);
        Assert.Contains($"local overrides are in {overrides}", app.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(overrides));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Help_lists_every_option(string option)
    {
        await using var app = await AppProcess.RunToEndAsync(Project, [], option);

        Assert.Equal(0, app.ExitCode);
        Assert.All(
            ["--flags ", "--urls ", "--secret ", "--key ", "--control ", "--mirror ", "--streaming-uri ", "--events-uri ",
             "--overrides ", "--forward-insights "],
            name => Assert.Contains($"\n  {name}", app.Output, StringComparison.Ordinal));
    }

    private static async Task<string> ReadSettingAsync(AppProcess app, string name)
    {
        var value = await Eventually.Is(
            () => app.Output.Split('\n').Select(line => line.Trim().Split('=', 2)).FirstOrDefault(pair => pair[0] == name)?[1],
            value => value is not null);
        return value!;
    }

    private static Task<FrameClient> ConnectAsync(AppProcess app, string secret) =>
        FrameClient.ConnectAsync(new UriBuilder(app.BaseUri) { Scheme = Uri.UriSchemeWs }.Uri, secret);
}
