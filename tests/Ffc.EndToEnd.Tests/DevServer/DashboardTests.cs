using System.Globalization;
using Ffc.DevServer;
using Ffc.Sdk;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>
/// The dashboard in a real browser. On Linux, the browser comes with the npm tools; elsewhere, Chrome or Edge must be installed.
/// The tests are in one class, so that only one browser runs at a time.
/// </summary>
public sealed class DashboardTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Servers => ["flags.json", "featbit-flags.json"];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Flags_are_listed_and_searched_and_turned_off(string sample)
    {
        await using var test = await StartAsync(sample);
        await using var client = await ConnectAsync(test);
        var before = await File.ReadAllTextAsync(test.FlagsPath, Token);
        Assert.True(client.Variation("new-checkout", Ada, false));

        await ClickThroughAsync(test, "flags", async _ =>
        {
            await Eventually.Holds(() => !client.Variation("new-checkout", Ada, true));
            Assert.NotEqual(before, await File.ReadAllTextAsync(test.FlagsPath, Token));
            await test.WriteFlagsAsync(before);
        });

        await Eventually.Holds(() => client.Variation("new-checkout", Ada, false));
    }

    [Fact]
    public async Task A_list_of_1000_flags_scrolls_and_is_searched()
    {
        var flags = Enumerable.Range(0, 1000).Select(i => $"\"flag-{i.ToString("0000", CultureInfo.InvariantCulture)}\": true");
        await using var test = await TestServer.StartAsync($"{{ {string.Join(",\n", flags)} }}");

        await ClickThroughAsync(test, "many");

        // The switch of the browser is faster than the server.
        await Eventually.Holds(() => !test.Server.Flags.View.Find("flag-0500")!.IsOn);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_flag_is_edited_with_the_errors_at_the_editor(string sample)
    {
        await using var test = await StartAsync(sample);
        var before = await File.ReadAllTextAsync(test.FlagsPath, Token);

        await ClickThroughAsync(test, "edit", async _ =>
        {
            Assert.False(test.Server.Flags.View.Find("new-checkout")!.IsOn);
            await test.WriteFlagsAsync(before);
        });
    }

    [Fact]
    public async Task A_flag_of_several_hundred_kilobytes_is_edited()
    {
        var keys = Enumerable.Range(0, 20_000).Select(i => $"\"user-with-a-long-key-{i}\"");
        await using var test = await TestServer.StartAsync(
            $$"""{ "large": { "name": "before", "value": true, "targets": { "false": [{{string.Join(", ", keys)}}] } } }""");

        await ClickThroughAsync(test, "large");

        Assert.Equal("after", test.Server.Flags.View.Find("large")!.Name);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task The_page_of_a_flag_shows_who_gets_what_and_its_evaluations(string sample)
    {
        await using var test = await StartAsync(sample);
        await using var client = await ConnectAsync(test);

        await ClickThroughAsync(test, "flag", async _ =>
        {
            client.Variation("new-checkout", Ada, false);
            client.Variation("beta-program", Ada, false);
            await client.FlushAsync(Token);
        });
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_flag_with_any_key_is_added(string sample)
    {
        await using var test = await StartAsync(sample);

        await ClickThroughAsync(test, "add");

        await using var client = await ConnectAsync(test);
        Assert.True(client.IsFlagKnown("my flag/50%"));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task The_playground_answers_and_explains_without_events(string sample)
    {
        await using var test = await StartAsync(sample);

        await ClickThroughAsync(test, "playground");

        Assert.Empty(test.Server.Events);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task The_live_page_shows_insights_and_metrics_and_clients(string sample)
    {
        await using var test = await StartAsync(sample);
        FfcClient? client = null;

        await ClickThroughAsync(test, "live", async line =>
        {
            if (line == "disconnect")
            {
                await client!.DisposeAsync();
                return;
            }

            client = await ConnectAsync(test);
            client.Variation("new-checkout", Ada, false);
            client.Variation("beta-program", FfcUser.Builder("grace").Build(), false);
            client.TrackMetric(Ada, "checkout-time", 2);
            client.TrackMetric(Ada, "checkout-time", 3);
            await client.FlushAsync(Token);
        });
    }

    [Fact]
    public async Task Very_long_users_and_metrics_are_shortened_and_not_a_link()
    {
        await using var test = await StartAsync("flags.json");
        await using var client = await ConnectAsync(test);

        await ClickThroughAsync(test, "long", async _ =>
        {
            client.TrackMetric(FfcUser.Builder("long-user-" + new string('x', 5000)).Build(), "a", 1);
            client.TrackMetric(Ada, "long-metric-" + new string('x', 5000), 1);
            await client.FlushAsync(Token);
        });
    }

    [Fact]
    public async Task The_chart_is_drawn_in_a_browser_with_an_invalid_locale()
    {
        await using var test = await StartAsync("flags.json");
        await ClickThroughAsync(test, "locale");
    }

    [Fact]
    public async Task A_chart_that_cannot_be_drawn_does_not_end_the_page()
    {
        await using var test = await StartAsync("flags.json");
        await using var client = await ConnectAsync(test);

        await ClickThroughAsync(test, "chart", async _ =>
        {
            client.Variation("new-checkout", Ada, false);
            await client.FlushAsync(Token);
        });

        Assert.Contains("no chart", Assert.Single(test.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirrored_flag_is_overridden_and_the_override_is_dropped()
    {
        await using var real = await StartAsync("featbit-flags.json");
        var before = await File.ReadAllTextAsync(real.FlagsPath, Token);
        await using var mirror = await TestServer.StartAsync(mirror: new MirrorOptions
        {
            EnvSecret = real.Server.EnvSecret,
            StreamingUri = real.Server.StreamingUri,
            OverridesPath = Path.Combine(Path.GetDirectoryName(real.FlagsPath)!, "overrides.json"),
        });
        await using var client = await ConnectAsync(mirror);

        await ClickThroughAsync(mirror, "mirror", async line =>
        {
            await Eventually.Holds(() => client.Variation("new-checkout", Ada, false) == (line == "interrupt"));
            if (line == "interrupt")
                await real.Server.DisposeAsync();
        });

        Assert.Equal(before, await File.ReadAllTextAsync(real.FlagsPath, Token));
    }

    [Fact]
    public async Task The_server_page_shows_the_settings_of_a_client_and_the_routes()
    {
        await using var test = await StartAsync("flags.json", control: true);
        await ClickThroughAsync(test, "server");
    }

    [Fact]
    public async Task The_dashboard_is_used_by_keyboard_and_keeps_its_theme()
    {
        await using var test = await StartAsync("flags.json");
        await ClickThroughAsync(test, "keyboard");
    }

    [Fact]
    public async Task Every_page_is_accessible_in_both_themes()
    {
        await using var test = await StartAsync("flags.json", control: true);
        await using var client = await ConnectAsync(test);

        await ClickThroughAsync(test, "accessibility", async _ =>
        {
            client.Variation("new-checkout", Ada, false);
            client.TrackMetric(Ada, "checkout-time", 2);
            await client.FlushAsync(Token);
        });
    }

    private static FfcUser Ada { get; } = FfcUser.Builder("ada").Email("ada@example.com").Build();

    private static async Task<TestServer> StartAsync(string sample, bool control = false) => await TestServer.StartAsync(
        await File.ReadAllTextAsync(Repository.PathOf($"samples/{sample}"), Token), control: control);

    private static Task<FfcClient> ConnectAsync(TestServer test) => FfcClient.StartAsync(
        new FfcOptions
        {
            EnvSecret = test.Server.EnvSecret,
            StreamingUri = test.Server.StreamingUri,
            EventsUri = test.Server.BaseUri,
        },
        Token);

    /// <summary>Runs the script of a feature. Each line that it prints tells the test to do something.</summary>
    private static async Task ClickThroughAsync(TestServer test, string feature, Func<string, Task>? onLine = null)
    {
        List<Task> tasks = [];
        var output = await NodeScript.RunAsync(
            "dashboard/features.mjs",
            "",
            [test.Server.BaseUri.ToString(), feature],
            line =>
            {
                if (onLine is not null && line.All(char.IsAsciiLetter))
                    tasks.Add(Task.Run(() => onLine(line)));
            });
        await Task.WhenAll(tasks);
        if (output.StartsWith("no browser", StringComparison.Ordinal))
            Assert.Skip("Neither Chrome nor Edge is installed, and the npm tools have a browser for Linux x64 only.");
    }
}
