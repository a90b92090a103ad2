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
        Assert.Contains("new-checkout", (await client.SyncAsync()).FlagKeys);
        var page = await app.Http.GetStringAsync(eventsUri, TestContext.Current.CancellationToken);
        Assert.Contains("samples/flags.json", page, StringComparison.Ordinal);
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

    [Theory]
    [InlineData("/no/such/flags.json", "--flags", "/no/such/flags.json")]
    [InlineData("--flag", "--flag", "x.json")]
    [InlineData("--flags", "--flags")]
    [InlineData("--flags", "--flags", "")]
    [InlineData("--control", "--control", "maybe")]
    [InlineData("no-url", "--urls", "no-url")]
    [InlineData("http://127.0.0.1:99999", "--urls", "http://127.0.0.1:99999")]
    public async Task An_invalid_option_ends_the_program_with_an_error_that_names_it(string expected, params string[] args)
    {
        await using var app = await AppProcess.RunToEndAsync(Project, [], args);

        Assert.Equal(1, app.ExitCode);
        Assert.Contains(expected, app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", app.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Help_lists_every_option(string option)
    {
        await using var app = await AppProcess.RunToEndAsync(Project, [], option);

        Assert.Equal(0, app.ExitCode);
        Assert.All(
            ["--flags ", "--urls ", "--secret ", "--control "],
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
