using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ffc.DevServer;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Servers;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.FeatBit;
using Ffc.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>The development server with a flags file of FeatBit.</summary>
public sealed class FeatBitTests
{
    private const string LatestAll = "/api/public/sdk/server/latest-all";
    private const string Track = "/api/public/insight/track";

    private static readonly string Sample = File.ReadAllText(Repository.PathOf("samples/featbit-flags.json"));
    private static readonly DataSync Data = FeatBitWireFormat.Instance.ReadMessage(Encoding.UTF8.GetBytes(Sample))!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_sample_flags_are_readable_and_cause_no_warning()
    {
        var file = new FlagsFileParser(new FeatBitDevProtocol(), "").Parse(Encoding.UTF8.GetBytes(Sample)).Data;

        Assert.Empty(FeatBitFlagsFileLinter.Lint(file));
        Assert.InRange(file.Flags.Count, 10, 15);
        Assert.Contains(file.Flags, flag => flag.IsArchived);
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "samples", "featbit-flags.json")));
    }

    [Fact]
    public async Task A_full_contains_archived_flags_and_needs_no_header()
    {
        await using var test = await TestServer.StartAsync(Sample);
        using var client = await test.ConnectAsync(header: "none");

        Assert.Equal(("FeatBit", DevServerOptions.FeatBitDevelopmentSecret), (test.Server.ServerName, test.Server.EnvSecret));
        Assert.Equal(Data.Flags.Count - 1, test.Server.FlagCount);
        var full = await client.SyncAsync();
        Assert.Equal(("full", Data.Flags.Count, Data.Segments.Count), (full.EventType, full.Flags.Length, full.Segments.Length));
        await client.SendAsync("""{"messageType":"ping","data":{}}""");
        Assert.Equal("""{"messageType":"pong","data":{}}""", await client.ReceiveAsync());
        await client.RequestAsync(Data.Flags[0].Version);
        Assert.Equal(Data.Flags.Count - 1, (await client.ReceiveSyncAsync()).Flags.Length);
    }

    [Theory]
    [InlineData(-20, true)]
    [InlineData(20, true)]
    [InlineData(-45, false)]
    [InlineData(45, false)]
    public async Task A_token_of_another_secret_or_time_is_refused(int seconds, bool isAccepted)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero));
        await using var test = await TestServer.StartAsync(Sample, timeProvider: clock);
        using var client = await test.ConnectAsync(tokenTime: clock.GetUtcNow().AddSeconds(seconds));
        using var stranger = await FrameClient.ConnectAsync(
            test.Server.StreamingUri, test.Server.EnvSecret[..^4] + "AAAA", tokenTime: clock.GetUtcNow());

        Assert.Equal(4003, (await stranger.ReceiveCloseAsync()).Code);
        if (isAccepted)
            Assert.Equal("full", (await client.SyncAsync()).EventType);
        else
            Assert.Equal(4003, (await client.ReceiveCloseAsync()).Code);
    }

    [Fact]
    public async Task A_changed_flag_is_pushed_with_a_new_time_and_a_removed_flag_is_archived()
    {
        await using var test = await TestServer.StartAsync(Sample);
        using var client = await test.ConnectAsync();
        await client.SyncAsync();
        var message = JsonNode.Parse(Sample)!;
        var flags = message["data"]!["featureFlags"]!.AsArray();
        flags[0]!["isEnabled"] = false;
        flags.RemoveAt(1);
        await test.WriteFlagsAsync(message.ToJsonString());

        var pushed = FeatBitWireFormat.Instance.ReadMessage(Encoding.UTF8.GetBytes(await client.ReceiveAsync()))!;

        Assert.Equal([Data.Flags[0].Id, Data.Flags[1].Id], pushed.Flags.Select(flag => flag.Id));
        Assert.Equal([false, true], pushed.Flags.Select(flag => flag.IsArchived));
        Assert.All(pushed.Flags, flag => Assert.True(flag.Version > Data.Flags[^1].Version));
        Assert.False(WireReader.Parse(pushed.Flags[0]).IsEnabled);
    }

    [Fact]
    public async Task LatestAll_returns_the_answer_of_the_stream_or_an_empty_body()
    {
        await using var test = await TestServer.StartAsync(Sample);
        var newest = Data.Segments[^1].Version;

        Assert.Equal("full", JsonDocument.Parse(await GetAsync($"{LatestAll}?timestamp=0"))
            .RootElement.GetProperty("data").GetProperty("eventType").GetString());
        Assert.Contains("\"patch\"", await GetAsync($"{LatestAll}?timestamp={newest - 1}"), StringComparison.Ordinal);
        Assert.Equal("", await GetAsync($"{LatestAll}?timestamp={newest}"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync($"{LatestAll}?timestamp=x", test.Server.EnvSecret));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(LatestAll, "another"));

        async Task<string> GetAsync(string path)
        {
            using var response = await SendAsync(test, HttpMethod.Get, path, test.Server.EnvSecret);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return await response.Content.ReadAsStringAsync(Token);
        }

        async Task<HttpStatusCode> StatusAsync(string path, string secret)
        {
            using var response = await SendAsync(test, HttpMethod.Get, path, secret);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData("""[{"user":{"keyId":"u","name":"","customizedProperties":[{"name":"a","value":"1"}]}}]""", 200)]
    [InlineData(
        """
        [{"user":{"keyId":"u"},
          "variations":[{"featureFlagKey":"<f>","timestamp":1,"variation":{"id":"x","value":"y"}}]}]
        """,
        200)]
    [InlineData("""[{"user":{"keyId":"u"},"variations":null}]""", 400)]
    [InlineData("""[{"user":{"keyId":"u"},"metrics":[{"timestamp":1.5}]}]""", 400)]
    [InlineData("""[{"user":{"keyId":"u","customizedProperties":[{"name":"a","value":1}]}}]""", 400)]
    [InlineData("""[{"user":{"keyId":"u","customizedProperties":[1]}}]""", 400)]
    [InlineData("""[{"user":{"keyId":"u","customizedProperties":[{"name":"a"}]}}]""", 400)]
    [InlineData("""{"user":{"keyId":"u"}}""", 400)]
    public async Task Insights_are_checked_as_on_the_server(string body, int status)
    {
        await using var test = await TestServer.StartAsync(Sample);

        using (var refused = await SendAsync(test, HttpMethod.Post, Track, "another", body))
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using (var response = await SendAsync(test, HttpMethod.Post, Track, test.Server.EnvSecret, body))
            Assert.Equal(status, (int)response.StatusCode);

        Assert.Equal(status == 200 ? 1 : 0, test.Server.Events.Count);
    }

    [Fact]
    public async Task A_secret_of_the_other_server_stops_the_start()
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(
            () => TestServer.StartAsync(Sample, DevServerOptions.DevelopmentSecret));

        Assert.Contains("invalid for flags of FeatBit", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("variationType", "\"color\"", "the variationType color is unknown")]
    [InlineData("disabledVariationId", "\"no-id\"", "no variation has the id no-id")]
    [InlineData("fallthrough", "null", "it has no fallthrough; expected \"fallthrough\": { \"variations\"")]
    [InlineData("fallthrough", """{"variations":[{"id":"x","rollout":[0,2]}]}""", "a rollout is outside the range 0 to 1")]
    [InlineData(
        "rules",
        """[{"conditions":[{"property":"age","op":"BiggerThan","value":"old"}]}]""",
        "the condition \"age BiggerThan\" never matches")]
    public async Task Possible_mistakes_are_logged_as_warnings(string member, string value, string expected)
    {
        var message = JsonNode.Parse(Sample)!;
        message["data"]!["featureFlags"]![0]![member] = JsonNode.Parse(value);
        await using var test = await TestServer.StartAsync(message.ToJsonString());

        Assert.Contains(
            test.Log.Warnings, warning => warning.Contains($"flag new-checkout: {expected}", StringComparison.Ordinal));
    }

    private static async Task<HttpResponseMessage> SendAsync(
        TestServer test, HttpMethod method, string path, string secret, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Authorization", secret);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await test.Http.SendAsync(request, Token);
    }
}
