using System.Net;
using System.Net.Sockets;
using System.Text;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.EndToEnd.Tests.Worker;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>A failed start prints one line that names the setting, the file or the port, and ends with status 1.</summary>
public sealed class FailedStartTests : IDisposable
{
    private const string Storage = "DefaultEndpointsProtocol=https;AccountName=account;AccountKey=";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-");

    public static TheoryData<string, string, string> Settings => new()
    {
        { "Ffc__EnvSecret", "not a secret", "Ffc:EnvSecret:" },
        { "Ffc__StreamingUri", "no uri", "Ffc:StreamingUri:" },
        { "Ffc__Streaming__PingInterval", "1", "Ffc:Streaming:PingInterval: is '1'" },
        { "Ffc__Streaming__PingInterval", "00:00:00", "Ffc:Streaming:PingInterval: is 00:00:00" },
        { "Ffc__StartWait", "soon", "Ffc:StartWait:" },
        { "Ffc__Offline", "maybe", "Ffc:Offline: is 'maybe', must be true or false." },
        { "Ffc__Ofrep__TrackBulk", "yes", "Ffc:Ofrep:TrackBulk: is 'yes', must be true or false." },
        { "Ffc__Insights__FlushInterval", "01:00:01", "Ffc:Insights:FlushInterval: is 01:00:01" },
        { "Ffc__Bootstrap", "junk", "Ffc:Bootstrap: must be a data-sync message" },
        { "Ffc__Bootstrap", "{}", "Ffc:Bootstrap: must be a data-sync message" },
        { "Ffc__BootstrapPath", "missing", "Ffc:BootstrapPath: cannot read" },
        { "Ffc__BootstrapPath", "junk", "Ffc:BootstrapPath: must be a data-sync message" },
        { "Ffc__BootstrapPath", "utf-16", "Ffc:BootstrapPath: must be a data-sync message" },
        { "Ffc__BootstrapPath", "empty", "Ffc:BootstrapPath: must be a data-sync message" },
        { "AzureWebJobsStorage", "junk", "AzureWebJobsStorage: must be a storage connection string" },
        { "AzureWebJobsStorage", $"{Storage}junk-key", "AzureWebJobsStorage: its AccountKey is not base64" },
        { "Ffc__Snapshot__Container", "Not A Container", "Ffc:Snapshot:Container:" },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Both_hosts_name_an_invalid_setting(string name, string value, string expected)
    {
        var settings = FlagService.Settings(new Uri("http://127.0.0.1:1"));
        settings[name] = name == "Ffc__BootstrapPath" ? CreateFile(value) : value;

        await using var app = await AppProcess.RunToEndAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");
        await using var host = await FunctionsHost.LaunchAsync(settings);
        await host.Worker.EndedAsync();

        AssertOneError(app, expected);
        Assert.DoesNotContain("not a secret", app.Output, StringComparison.Ordinal);
        Assert.Equal(app.Output, host.Worker.Output);
        Assert.Equal(1, host.Worker.ExitCode);
    }

    [Theory]
    [InlineData("Ffc__FunctionKey", "a-key")]
    [InlineData("AzureWebJobsStorage", $"{Storage}a2V5")]
    [InlineData("AzureWebJobsStorage__accountName", "account")]
    public async Task A_missing_secret_is_an_error_when_a_setting_shows_a_deployment(string name, string value)
    {
        await using var app = await AppProcess.RunToEndAsync(
            "Ffc.Host", new() { [name] = value }, "--urls", "http://127.0.0.1:0");

        AssertOneError(app, "Ffc:EnvSecret: is missing");
    }

    [Theory]
    [InlineData("Ffc__EnvSecret")]
    [InlineData("Ffc__StreamingUri")]
    public async Task A_setting_of_the_server_that_is_set_but_empty_starts_no_development_server(string name)
    {
        await using var app = await AppProcess.RunToEndAsync(
            "Ffc.Host", new() { [name] = "" }, "--urls", "http://127.0.0.1:0");

        AssertOneError(app, "Ffc:EnvSecret: is missing or empty");
    }

    [Theory]
    [InlineData("--flags", "mine.json")]
    [InlineData("--featbit")]
    public async Task An_option_for_the_development_server_is_an_error_when_a_server_is_configured(params string[] option)
    {
        await using var app = await AppProcess.RunToEndAsync(
            "Ffc.Host", FlagService.Settings(new Uri("http://127.0.0.1:1")), [.. option, "--urls", "http://127.0.0.1:0"]);

        AssertOneError(app, $"{option[0]} is for the development server, which does not start because Ffc:EnvSecret is set");
    }

    [Fact]
    public async Task The_option_featbit_is_an_error_when_the_flags_file_is_of_FFC()
    {
        await using var app = await AppProcess.RunToEndAsync(
            "Ffc.Host", [], "--featbit", "--flags", Repository.PathOf("samples/flags.json"), "--urls", "http://127.0.0.1:0");

        AssertOneError(app, "--featbit is not possible with the flags of an FFC server");
    }

    [Theory]
    [InlineData("unknown option --bogus", "--bogus")]
    [InlineData("no-such-file.json", "--flags", "no-such-file.json")]
    public async Task An_invalid_option_is_named(string expected, params string[] option)
    {
        await using var app = await AppProcess.RunToEndAsync(
            "Ffc.Host", [], [.. option, "--urls", "http://127.0.0.1:0"]);

        AssertOneError(app, expected);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://{listener.LocalEndpoint}";
        var settings = new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Error" };

        await using var app = await AppProcess.RunToEndAsync("Ffc.Host", settings, "--urls", url);

        AssertOneError(app, url);
    }

    [Fact]
    public async Task A_reachable_address_without_a_function_key_is_refused()
    {
        await using var app = await AppProcess.RunToEndAsync("Ffc.Host", [], "--urls", "http://0.0.0.0:0");

        AssertOneError(app, "Ffc__FunctionKey");
    }

    [Fact]
    public async Task An_invalid_schedule_is_named()
    {
        await using var app = await AppProcess.RunToEndAsync(
            "Ffc.Host", new() { ["Ffc__FlushSchedule"] = "sometimes" }, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, app.ExitCode);
        Assert.Contains("error: Function 'FlushInsights'", app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", app.Output, StringComparison.Ordinal);
    }

    // The start takes about half a second.
    [Fact]
    public async Task A_stop_at_any_time_of_the_start_is_clean()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        await using var server = await AppProcess.StartAsync("Ffc.DevServer", [], "--urls", "http://127.0.0.1:0");
        for (var delay = 0; delay < 800; delay += 50)
        {
            await using var app = AppProcess.Start(
                AppProcess.Built("Ffc.Host"), FlagService.Settings(server.BaseUri), "--urls", "http://127.0.0.1:0");
            await Task.Delay(delay, TestContext.Current.CancellationToken);

            await app.TerminateAsync();

            // 143: the signal arrived before the program handled signals.
            Assert.True(app.ExitCode is 0 or 143, $"{delay} ms: {app.ExitCode} {app.Output}");
            Assert.DoesNotContain("xception", app.Output, StringComparison.Ordinal);
        }
    }

    private static void AssertOneError(AppProcess app, string expected)
    {
        Assert.Equal(1, app.ExitCode);
        Assert.StartsWith("error: ", app.Output, StringComparison.Ordinal);
        Assert.Contains(expected, app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', app.Output);
    }

    private string CreateFile(string kind)
    {
        var path = Path.Combine(_folder.FullName, "flags.json");
        byte[]? content = kind switch
        {
            "missing" => null,
            "empty" => [],
            "utf-16" => [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Repository.Read("samples/flags.json"))],
            _ => "junk"u8.ToArray(),
        };
        if (content is not null)
            File.WriteAllBytes(path, content);
        return path;
    }
}
