using System.Globalization;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Tests.Streaming;
using Ffc.Sdk.Tests.TestData;
using Microsoft.AspNetCore.Http;

namespace Ffc.Sdk.Tests.FeatBit;

public sealed class StreamTests : StreamTest
{
    private const string FullRequest = """{"messageType":"data-sync","data":{"timestamp":0}}""";

    [Theory]
    [InlineData("", "/streaming")]
    [InlineData("base/path/", "/base/path/streaming")]
    public async Task Upgrade_request_contains_type_token_and_user_agent_and_the_secret_nowhere_else(string path, string expected)
    {
        ConnectFeatBit(options => options.StreamingUri = new Uri(Server.Uri, path));
        var connection = await Server.AcceptAsync();

        Assert.Equal(expected, connection.Path);
        Assert.Equal(["token", "type"], connection.Query.Keys.Order());
        Assert.Equal("server", connection.Query["type"]);
        Assert.True(ConnectionToken.TryRead(connection.Query["token"], out var secret, out var time));
        Assert.Equal((Clients.FeatBitSecret, Clock.GetUtcNow()), (secret, time));
        Assert.Matches("^ffc-dotnet-server-sdk/[0-9]+\\.[0-9]+\\.[0-9]+", connection.Headers["User-Agent"]);
        Assert.False(connection.Headers.ContainsKey("Content-Type"));
        Assert.DoesNotContain(
            connection.Headers.Values, value => value.Contains(Clients.FeatBitSecret, StringComparison.Ordinal));
        Assert.Equal(FullRequest, await connection.ReceiveAsync());
    }

    [Theory]
    [InlineData(1000)] // Other SDKs do not reconnect.
    [InlineData(1011)] // The database of the server is not available.
    public async Task A_connection_that_the_server_closes_is_restored_after_a_delay(int code)
    {
        var (client, connection) = await ConnectFeatBitAsync(new FeatBitFlagJson("f"));
        await connection.CloseAsync(code);
        await WaitForStateAsync(client, UpdateState.Interrupted);
        Assert.Equal("id-on on: fall through all rules", client.EvaluateAsText("f"));

        await Clock.PassRetryDelayAsync(1);
        await (await Server.AcceptAsync()).CloseAsync(code);
        await Clock.PassRetryDelayAsync(2);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FeatBitFlagJson("f").Set("isEnabled", false)));
        await WaitForStateAsync(client, UpdateState.Ok);
        Assert.Equal("id-off off: flag off", client.EvaluateAsText("f"));
    }

    [Fact]
    public async Task A_rate_limit_is_retried_after_a_growing_delay()
    {
        Server.OnConnect = context =>
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return Task.FromResult(Server.Attempts <= 2);
        };
        var client = ConnectFeatBit();
        await Clock.PassRetryDelayAsync(1);
        await Clock.PassRetryDelayAsync(2);

        Assert.Contains("'429'", client.UpdateStatusProvider.Status.LastError!.Message, StringComparison.Ordinal);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());
        await WaitForStateAsync(client, UpdateState.Ok);
    }

    [Fact]
    public async Task A_request_without_an_answer_is_repeated_on_a_new_connection()
    {
        var client = ConnectFeatBit(options => options.Streaming.PingInterval = TimeSpan.FromHours(1));
        var connection = await Server.AcceptAsync();
        Assert.Equal(FullRequest, await connection.ReceiveAsync());
        await connection.SendAsync("""{"messageType":"pong","data":{}}""");
        Clock.Advance(await Clock.WaitForTimerAsync(delay => delay == TimeSpan.FromSeconds(15)));
        await Clock.PassRetryDelayAsync(1);

        Assert.Contains("did not answer", client.UpdateStatusProvider.Status.LastError!.Message, StringComparison.Ordinal);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FeatBitFlagJson("f")));
        await WaitForStateAsync(client, UpdateState.Ok);
    }

    [Theory]
    [InlineData(45, "it is 45 s ahead of the server")]
    [InlineData(-45, "it is 45 s behind the server")]
    [InlineData(20, null)]
    [InlineData(-20, null)]
    public async Task A_refusal_states_the_difference_of_the_clocks_if_it_is_the_cause(int seconds, string? expected)
    {
        Server.OnConnect = context =>
        {
            context.Response.Headers.Date = (Clock.GetUtcNow() - TimeSpan.FromSeconds(seconds))
                .ToString("R", CultureInfo.InvariantCulture);
            return Task.FromResult(false);
        };
        var client = ConnectFeatBit();
        await (await Server.AcceptAsync()).CloseAsync(4003);
        await WaitForStateAsync(client, UpdateState.Off);

        var error = client.UpdateStatusProvider.Status.LastError!.Message;
        Assert.Contains(
            "check that Ffc:EnvSecret is a server-side secret of the environment, not a client secret,",
            error,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "the clock of this machine is right" + (expected is null ? "" : $" ({expected})"), error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_full_removes_all_flags_and_makes_the_client_ready()
    {
        var (client, connection) = await ConnectFeatBitAsync();
        Assert.True(client.Initialized);

        await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Full(new FeatBitFlagJson("f"))));
        await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Full()));
        Assert.False(client.IsFlagKnown("f"));
    }

    [Fact]
    public async Task A_full_that_an_agent_sends_unasked_replaces_newer_data()
    {
        var (client, connection) = await ConnectFeatBitAsync(new FeatBitFlagJson("f", "2026-02-01T00:00:00Z"));

        var older = new FeatBitFlagJson("f", "2026-01-01T00:00:00Z").Set("isEnabled", false);
        Assert.Equal("f", await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Full(older))));
        Assert.Equal("id-off off: flag off", client.EvaluateAsText("f"));
    }

    [Fact]
    public async Task Every_item_of_a_patch_is_applied_by_its_own_version()
    {
        var (client, connection) = await ConnectFeatBitAsync(
            new FeatBitFlagJson("a", "2026-01-03T00:00:00Z"),
            new FeatBitFlagJson("b"),
            new FeatBitFlagJson("archived", "2026-01-05T00:00:00Z").Set("isArchived", true));
        Assert.Equal(1767571200000, client.FlagData.Version);

        var keys = await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Patch(
            new FeatBitFlagJson("b", "2026-01-02T03:04:06Z"),
            new FeatBitFlagJson("c", "2026-01-02T03:04:06Z"),
            new FeatBitFlagJson("a", "2026-01-02T00:00:00Z"),
            new FeatBitFlagJson("archived", "2026-01-04T00:00:00Z"))));

        Assert.Equal("b c", keys);
        Assert.False(client.IsFlagKnown("archived"));
    }

    private FfcClient ConnectFeatBit(Action<FfcOptions>? configure = null) => Connect(options =>
    {
        options.EnvSecret = Clients.FeatBitSecret;
        configure?.Invoke(options);
    });

    private async Task<(FfcClient Client, ServerConnection Connection)> ConnectFeatBitAsync(params ItemJson[] items)
    {
        var client = ConnectFeatBit();
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full(items));
        await WaitForStateAsync(client, UpdateState.Ok);
        return (client, connection);
    }
}
