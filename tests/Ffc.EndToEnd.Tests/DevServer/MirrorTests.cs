using System.Net;
using System.Text;
using System.Text.Json;
using Ffc.DevServer;
using Ffc.Sdk;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>A development server that mirrors a real environment, which another development server plays.</summary>
public class MirrorTests
{
    // Another environment than the one of the sample secret.
    private static readonly string RealSecret =
        Convert.ToBase64String(Encoding.UTF8.GetBytes("real-and-secret__7__8__9__default_00001"));

    private const string Flags = """
        {
          "checkout": true,
          "limit": 5,
          "guarded": { "requires": { "checkout": true }, "serve": true },
          "$segments": { "beta": ["ada"] }
        }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flags_of_the_environment_are_served_with_a_secret_that_is_not_confidential()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        await using var mirror = await StartAsync(real);
        await using var client = await ConnectAsync(mirror.Server);

        Assert.NotEqual(RealSecret, mirror.Server.EnvSecret);
        Assert.DoesNotContain("real-and-secret", Encoding.UTF8.GetString(Convert.FromBase64String(mirror.Server.EnvSecret)),
            StringComparison.Ordinal);
        Assert.True(client.Variation("guarded", User("u"), false));
        Assert.True(mirror.Server.Flags.IsMirror);
        Assert.Equal(["checkout", "limit", "guarded"], mirror.Server.Flags.View.Flags.Select(flag => flag.Key));
        Assert.All(mirror.Server.Flags.View.Flags, flag => Assert.False(flag.IsOverridden));
        Assert.Equal(UpdateState.Ok, mirror.Server.Flags.View.Mirror!.Status.State);
        Assert.Empty(mirror.Log.Warnings);
        Assert.StartsWith(
            "ffc-dotnet-server-sdk/", Assert.Single(mirror.Server.Streaming.Clients).Sdk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_the_environment_is_pushed_to_local_clients()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        await using var mirror = await StartAsync(real);
        using var client = await FrameClient.ConnectAsync(mirror.Server.StreamingUri, mirror.Server.EnvSecret);
        await client.SyncAsync();

        await real.WriteFlagsAsync(Flags.Replace("5", "6", StringComparison.Ordinal));

        Assert.Equal(["limit"], (await client.ReceiveSyncAsync()).FlagKeys);
    }

    [Fact]
    public async Task An_override_stays_local_until_it_is_dropped()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        await using var mirror = await StartAsync(real);
        await using var client = await ConnectAsync(mirror.Server);
        var flags = mirror.Server.Flags;

        Assert.Empty((await flags.ToggleAsync("checkout", false, Token)).Errors);

        Assert.True(flags.IsOverridden("checkout"));
        Assert.False(flags.IsOverridden("limit"));
        await Eventually.Holds(() => !client.Variation("checkout", User("u"), true));
        Assert.False(client.Variation("guarded", User("u"), true));

        // The environment changes the flag and another one; only the other change arrives.
        await real.WriteFlagsAsync(Flags
            .Replace("\"checkout\": true,", "\"checkout\": { \"serve\": true, \"name\": \"New\" },", StringComparison.Ordinal)
            .Replace("5", "6", StringComparison.Ordinal));
        await Eventually.Holds(() => client.Variation("limit", User("u"), 0) == 6);
        Assert.False(client.Variation("checkout", User("u"), true));
        Assert.DoesNotContain("Disabled", await File.ReadAllTextAsync(real.FlagsPath, Token), StringComparison.Ordinal);

        Assert.Empty((await flags.DropOverrideAsync("checkout", Token)).Errors);

        Assert.False(flags.IsOverridden("checkout"));
        await Eventually.Holds(() => client.Variation("checkout", User("u"), false));
        Assert.Equal("New", flags.View.Find("checkout")!.Name);
        Assert.False((await flags.DropOverrideAsync("checkout", Token)).Succeeded);
    }

    [Fact]
    public async Task Flags_can_be_overridden_in_the_short_form_and_added_but_not_deleted()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        await using var mirror = await StartAsync(real);
        await using var client = await ConnectAsync(mirror.Server);
        var flags = mirror.Server.Flags;
        var original = flags.View.Find("limit")!.Json;
        Assert.Contains("\"keyName\": \"limit\"", original, StringComparison.Ordinal);

        Assert.Empty((await flags.SaveAsync("limit", "7", original, Token)).Errors);
        Assert.False((await flags.SaveAsync("limit", "8", original, Token)).Succeeded);
        Assert.Empty((await flags.AddAsync(
            "mine", """{ "requires": { "checkout": true }, "rules": [], "serve": true }""", Token)).Errors);

        await Eventually.Holds(() => client.Variation("mine", User("u"), false));
        Assert.Equal(7, client.Variation("limit", User("u"), 0));
        Assert.Equal("FF__7__8__9__limit", flags.View.Find("limit")!.Flag.Id);
        Assert.True(flags.View.Find("mine")!.IsOverridden);
        Assert.False((await flags.AddAsync("checkout", "true", Token)).Succeeded);
        Assert.Contains("belongs to the mirrored environment",
            Assert.Single((await flags.DeleteAsync("limit", Token)).Errors), StringComparison.Ordinal);
        Assert.Empty((await flags.DeleteAsync("mine", Token)).Errors);
        Assert.Null(flags.View.Find("mine"));
    }

    [Fact]
    public async Task An_archived_override_does_not_replace_a_flag()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        await using var mirror = await StartAsync(real);

        await File.WriteAllTextAsync(
            OverridesPath(real),
            FlagsText.Full(
                Override("checkout", "old").Replace("\"isArchived\": false", "\"isArchived\": true", StringComparison.Ordinal),
                Override("limit", "older").Replace("\"isArchived\": false", "\"isArchived\": true", StringComparison.Ordinal),
                Override("limit", "limit")),
            Token);

        await Eventually.Holds(() => mirror.Server.Flags.IsOverridden("limit"));
        Assert.False(mirror.Server.Flags.IsOverridden("checkout"));
        Assert.Null(mirror.Server.Flags.View.Error);
        Assert.Equal(3, mirror.Server.FlagCount);
    }

    [Fact]
    public async Task An_override_with_the_id_of_another_flag_is_refused_and_the_next_change_is_applied()
    {
        const string Error = "flag checkout: its id FF__7__8__9__limit belongs to the flag limit of the mirrored environment; "
            + "expected FF__7__8__9__checkout";
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        await using var mirror = await StartAsync(real);
        var flags = mirror.Server.Flags;

        await File.WriteAllTextAsync(OverridesPath(real), FlagsText.Full(Override("checkout", "limit")), Token);
        await Eventually.Holds(() => flags.View.Error == Error);
        Assert.Contains(mirror.Log.Warnings, line => line.Contains(Error, StringComparison.Ordinal));

        // The environment still arrives, and the file is still not in effect.
        await real.WriteFlagsAsync(Flags.Replace("5", "6", StringComparison.Ordinal));
        await Eventually.Holds(() => flags.View.Find("limit")!.Variations[0].Value == "6");
        Assert.Equal(Error, flags.View.Error);
        var start = await Assert.ThrowsAsync<InvalidDataException>(() => StartAsync(real));
        Assert.Equal($"{OverridesPath(real)}: {Error}", start.Message);

        await File.WriteAllTextAsync(OverridesPath(real), """{ "checkout": false }""", Token);
        await Eventually.Holds(() => flags.IsOverridden("checkout"));
        Assert.Null(flags.View.Error);
        var edit = await flags.SaveAsync("checkout", Override("checkout", "limit"), "false", Token);
        Assert.Equal(Error, Assert.Single(edit.Errors));
    }

    [Fact]
    public async Task Overrides_are_kept_in_a_file_for_the_next_start()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        await using (var first = await StartAsync(real))
            Assert.Empty((await first.Server.Flags.ToggleAsync("checkout", false, Token)).Errors);

        await using var second = await StartAsync(real);
        await using var client = await ConnectAsync(second.Server);

        Assert.True(second.Server.Flags.IsOverridden("checkout"));
        Assert.False(client.Variation("checkout", User("u"), true));
        Assert.Contains("// Local overrides", await File.ReadAllTextAsync(OverridesPath(real), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Insights_are_kept_and_not_forwarded_by_default()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        await using var mirror = await StartAsync(real);

        Assert.Equal(HttpStatusCode.OK, await TrackAsync(mirror.Server, "checkout"));

        Assert.Single(mirror.Server.Events);
        Assert.Empty(real.Server.Events);
    }

    [Fact]
    public async Task Forwarded_insights_leave_out_evaluations_of_overridden_flags()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret, control: true);
        await using var mirror = await StartAsync(real, forwardInsights: true);
        Assert.Empty((await mirror.Server.Flags.ToggleAsync("checkout", false, Token)).Errors);

        Assert.Equal(HttpStatusCode.OK, await TrackAsync(mirror.Server, "checkout"));
        Assert.Equal(HttpStatusCode.OK, await TrackAsync(mirror.Server, "checkout", "limit"));

        Assert.Equal(2, mirror.Server.Events.Count);
        Assert.Equal(["limit"], Assert.Single(real.Server.Events).GetProperty("userVariations").EnumerateArray()
            .Select(item => item.GetProperty("featureFlagKeyName").GetString()));

        // The client sends events again that the environment did not accept.
        real.Server.TrackOverride = async context =>
        {
            context.Response.StatusCode = 503;
            await context.Response.CompleteAsync();
            return true;
        };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await TrackAsync(mirror.Server, "limit"));
        Assert.Equal(2, mirror.Server.Events.Count);
        Assert.Contains("the server returned 503", Assert.Single(mirror.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_connection_is_in_the_view_and_the_flags_stay()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        await using var mirror = await StartAsync(real);

        await real.Server.DisposeAsync();

        await Eventually.Holds(() => mirror.Server.Flags.View.Mirror!.Status.State == UpdateState.Interrupted);
        Assert.Equal(3, mirror.Server.Flags.View.Flags.Count);
    }

    [Fact]
    public async Task A_refused_secret_is_an_error_at_the_start_that_does_not_contain_it()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        var other = Convert.ToBase64String(Encoding.UTF8.GetBytes("other-secret__7__8__9__default_00001"));

        var exception = await Assert.ThrowsAsync<IOException>(() => StartAsync(real, secret: other));

        Assert.StartsWith(
            $"cannot mirror the environment at {real.Server.StreamingUri}", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(other, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_in_the_address_is_not_in_the_error()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        var address = new UriBuilder(real.Server.StreamingUri) { UserName = "ada", Password = "p4ss" }.Uri;

        var exception = await Assert.ThrowsAsync<IOException>(() => TestServer.StartAsync(mirror: new MirrorOptions
        {
            EnvSecret = Convert.ToBase64String(Encoding.UTF8.GetBytes("other-secret__7__8__9__default_00001")),
            StreamingUri = address,
            OverridesPath = OverridesPath(real),
        }));

        Assert.Contains(real.Server.StreamingUri.Authority, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("p4ss", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_machines_need_a_random_secret_of_the_environment()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);
        await using var mirror = await FfcDevServer.StartAsync(
            new DevServerOptions
            {
                Urls = "http://0.0.0.0:0",
                Key = "key-of-the-server",
                Mirror = new MirrorOptions
                {
                    EnvSecret = RealSecret,
                    StreamingUri = real.Server.StreamingUri,
                    OverridesPath = OverridesPath(real),
                },
            },
            Token);
        await using var client = await ConnectAsync(mirror);

        Assert.True(client.Variation("checkout", User("u"), false));
        Assert.DoesNotContain(mirror.EnvSecret, (string[])[RealSecret, mirror.Protocol.GetLocalSecret(RealSecret)]);
    }

    [Fact]
    public async Task An_invalid_secret_or_address_is_an_error_that_names_the_option()
    {
        await using var real = await TestServer.StartAsync(Flags, secret: RealSecret);

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(real, secret: "%"));
        Assert.Contains("the secret is invalid", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("%", exception.Message, StringComparison.Ordinal);

        var both = await Assert.ThrowsAsync<ArgumentException>(() => FfcDevServer.StartAsync(
            new DevServerOptions
            {
                FlagsPath = real.FlagsPath,
                Mirror = new MirrorOptions { EnvSecret = RealSecret, StreamingUri = real.Server.StreamingUri },
            },
            Token));
        Assert.Contains("cannot be served together", both.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_environment_of_FeatBit_can_be_mirrored()
    {
        var sample = await File.ReadAllTextAsync(Repository.PathOf("samples/featbit-flags.json"), Token);
        await using var real = await TestServer.StartAsync(sample);
        await using var mirror = await StartAsync(real, secret: DevServerOptions.FeatBitDevelopmentSecret);
        await using var client = await ConnectAsync(mirror.Server);
        var id = mirror.Server.Flags.View.Find("new-checkout")!.Flag.Id;

        Assert.Equal("FeatBit", mirror.Server.ServerName);
        Assert.Empty((await mirror.Server.Flags.SaveAsync(
            "new-checkout", "false", mirror.Server.Flags.View.Find("new-checkout")!.Json, Token)).Errors);

        await Eventually.Holds(() => !client.Variation("new-checkout", User("ada"), true));
        Assert.Equal(id, mirror.Server.Flags.View.Find("new-checkout")!.Flag.Id);
    }

    private static string OverridesPath(TestServer real) => real.FlagsPath + ".overrides";

    private static string Override(string key, string id) =>
        FlagsText.Flag(key, 100).Replace($"FF__1__1__1__{key}", $"FF__7__8__9__{id}", StringComparison.Ordinal);

    private static FfcUser User(string key) => FfcUser.Builder(key).Build();

    private static Task<TestServer> StartAsync(TestServer real, string? secret = null, bool forwardInsights = false) =>
        TestServer.StartAsync(mirror: new MirrorOptions
        {
            EnvSecret = secret ?? RealSecret,
            StreamingUri = real.Server.StreamingUri,
            OverridesPath = OverridesPath(real),
            ForwardInsights = forwardInsights,
        });

    private static Task<FfcClient> ConnectAsync(FfcDevServer server) => FfcClient.StartAsync(
        new FfcOptions { EnvSecret = server.EnvSecret, StreamingUri = server.StreamingUri, EventsUri = server.BaseUri }, Token);

    private static async Task<HttpStatusCode> TrackAsync(FfcDevServer server, params string[] flagKeys)
    {
        using var http = new HttpClient { Timeout = TestServer.Timeout };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.BaseUri, FfcProtocol.TrackPath));
        request.Headers.Add(FfcProtocol.SecretHeader, server.EnvSecret);
        request.Content = new StringContent(
            JsonSerializer.Serialize(new[]
            {
                new
                {
                    user = new { keyId = "u" },
                    userVariations = flagKeys.Select(key => new
                    {
                        featureFlagKeyName = key,
                        variation = new { localId = 1, variationValue = "x", reason = "rule match" },
                    }),
                },
            }),
            Encoding.UTF8,
            "application/json");
        using var response = await http.SendAsync(request, Token);
        return response.StatusCode;
    }
}
