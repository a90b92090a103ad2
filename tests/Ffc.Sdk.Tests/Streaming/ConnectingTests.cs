using System.Net;
using System.Net.Sockets;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Streaming;

public sealed class ConnectingTests : StreamTest
{
    [Theory]
    [InlineData("", "/streaming")]
    [InlineData("base/path", "/base/path/streaming")]
    [InlineData("base/path/", "/base/path/streaming")]
    public async Task Upgrade_request_contains_token_type_version_secret_and_user_agent(string path, string expected)
    {
        Connect(options => options.StreamingUri = new(Server.Uri, path));
        var connection = await Server.AcceptAsync();

        Assert.Equal(expected, connection.Path);
        Assert.Equal(["token", "type", "version"], connection.Query.Keys.Order());
        Assert.Equal(("server", "2"), (connection.Query["type"].ToString(), connection.Query["version"].ToString()));
        Assert.Equal(Clients.Secret, connection.Headers["envSecret"]);
        Assert.Matches("^ffc-dotnet-server-sdk/[0-9]+\\.[0-9]+\\.[0-9]+", connection.Headers["User-Agent"]);
        Assert.Equal("application/json", connection.Headers["Content-Type"]);
        Assert.True(ConnectionToken.TryRead(connection.Query["token"], out var secret, out var time));
        Assert.Equal((Clients.Secret.TrimEnd('='), Clock.GetUtcNow()), (secret, time));
    }

    [Fact]
    public async Task An_http_address_is_connected_to_by_WebSocket()
    {
        Connect(options => options.StreamingUri = new UriBuilder(Server.Uri) { Scheme = "http" }.Uri);

        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());
    }

    [Fact]
    public async Task Every_attempt_creates_a_new_token_and_requests_the_full_data()
    {
        var client = Connect();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var connection = await Server.AcceptAsync();
            Assert.True(ConnectionToken.TryRead(connection.Query["token"], out _, out var time));
            Assert.Equal(Clock.GetUtcNow(), time);

            await connection.AnswerAsync(MessageJson.Full(new FlagJson("a", version: 1_000 + attempt)));
            await WaitForStateAsync(client, UpdateState.Ok);
            connection.Abort();
            await WaitForStateAsync(client, UpdateState.Interrupted);
            await Clock.PassRetryDelayAsync(1 << attempt);
        }
    }

    [Fact]
    public async Task The_client_retries_until_the_server_responds()
    {
        var port = Server.Uri.Port;
        await Server.DisposeAsync();
        var client = Connect();
        await Clock.PassRetryDelayAsync(1);
        await Clock.PassRetryDelayAsync(2);
        await Clock.WaitForRetryAsync(4);

        Assert.Equal(UpdateState.Initializing, client.UpdateStatusProvider.Status.State);
        Assert.Contains("refused", client.UpdateStatusProvider.Status.LastError!.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"://127.0.0.1:{port}: ", client.UpdateStatusProvider.Status.LastError.Message, StringComparison.Ordinal);
        Assert.Equal("-1 the default: client not ready", client.EvaluateAsText("a"));
        Assert.False(await client.UpdateStatusProvider.WaitForOkAsync(TimeSpan.Zero, Cancellation));

        await using var server = await ScriptedServer.StartAsync(port);
        Clock.Advance(TimeSpan.FromSeconds(4));
        await (await server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task A_failed_upgrade_is_retried(int status)
    {
        Server.OnConnect = context =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(Server.Attempts == 1);
        };
        var client = Connect();
        await Clock.PassRetryDelayAsync();

        Assert.Contains($"'{status}'", client.UpdateStatusProvider.Status.LastError!.Message, StringComparison.Ordinal);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);
    }

    [Fact]
    public async Task An_upgrade_without_a_response_times_out_and_is_retried()
    {
        Server.OnConnect = async context =>
        {
            if (Server.Attempts > 1)
                return false;
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        var client = Connect(options => options.Streaming.ConnectTimeout = TimeSpan.FromSeconds(0.25));
        await Clock.WaitForRetryAsync(1);

        var status = client.UpdateStatusProvider.Status;
        Assert.EndsWith(": connecting took too long", status.LastError!.Message, StringComparison.Ordinal);
        Assert.Equal(UpdateState.Initializing, status.State);
    }

    [Fact]
    public async Task A_configured_proxy_is_used()
    {
        await using var proxy = new TunnelProxy();
        var client = Connect(options => options.Proxy = new($"http://127.0.0.1:{proxy.Port}"));
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);

        Assert.Equal([$"CONNECT {Server.Uri.Authority} HTTP/1.1"], proxy.Requests);
    }

    [Theory]
    [InlineData("ada:s3cret", "ada:s3cret")]
    [InlineData("ada:s%3Acr%40t", "ada:s:cr@t")]
    [InlineData("ada:", "ada:")]
    [InlineData("ada", "ada:")]
    public async Task A_proxy_receives_user_name_and_password(string userInfo, string credentials)
    {
        await using var proxy = new TunnelProxy(credentials);
        var client = Connect(options => options.Proxy = new($"http://{userInfo}@127.0.0.1:{proxy.Port}"));
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());

        await WaitForStateAsync(client, UpdateState.Ok);
    }

    [Fact]
    public async Task An_error_names_the_proxy_that_is_down_without_its_credentials()
    {
        var client = Connect(options => options.Proxy = new("http://ada:s3cret@127.0.0.1:1"));
        await Clock.WaitForRetryAsync(1);

        Assert.Equal(
            $"ws://{Server.Uri.Authority} through the proxy http://127.0.0.1:1: Connection refused",
            client.UpdateStatusProvider.Status.LastError!.Message);
    }

    [Fact]
    public async Task Errors_of_a_proxy_never_contain_the_password()
    {
        await using var proxy = new TunnelProxy("ada:another");
        var client = Connect(options => options.Proxy = new($"http://ada:s3cret@127.0.0.1:{proxy.Port}"));
        await Clock.WaitForRetryAsync(1);

        Assert.Contains("407", client.UpdateStatusProvider.Status.LastError!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", client.UpdateStatusProvider.Status.LastError.Message, StringComparison.Ordinal);
        Assert.All(
            Logs.GetSnapshot(), log => Assert.DoesNotContain("s3cret", log.Message + log.Exception, StringComparison.Ordinal));
        Assert.Equal(0, Server.Attempts);
    }

    [Fact]
    public async Task StartAsync_returns_when_data_arrives()
    {
        var starting = FfcClient.StartAsync(Options(), Cancellation);
        var connection = await Server.AcceptAsync();
        Assert.False(starting.IsCompleted);
        await connection.AnswerAsync(MessageJson.Full(new FlagJson("a")));

        await using var client = await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.True(client.Initialized);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }

    [Fact]
    public async Task StartAsync_returns_after_StartWait_and_the_client_keeps_connecting()
    {
        var startWait = TimeSpan.FromSeconds(12);
        var starting = FfcClient.StartAsync(Options(options => options.StartWait = startWait), Cancellation);
        var connection = await Server.AcceptAsync();
        Clock.Advance(await Clock.WaitForTimerAsync(delay => delay == startWait));

        await using var client = await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.False(client.Initialized);
        await connection.AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);
    }

    [Fact]
    public async Task StartAsync_returns_when_the_server_refuses()
    {
        var starting = FfcClient.StartAsync(Options(), Cancellation);
        await (await Server.AcceptAsync()).CloseAsync(4003);

        await using var client = await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.Equal((false, UpdateState.Off), (client.Initialized, client.UpdateStatusProvider.Status.State));
    }

    [Fact]
    public async Task A_cancelled_StartAsync_disposes_the_client()
    {
        using var cts = new CancellationTokenSource();
        var starting = FfcClient.StartAsync(Options(), cts.Token);
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        await cts.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        await connection.Ended;
        Assert.Equal(1, Server.Attempts);
    }

    [Fact]
    public async Task WaitForDataAsync_returns_whether_there_is_data()
    {
        var client = Connect();
        Assert.False(await client.WaitForDataAsync(TimeSpan.Zero, Cancellation));
        var waiting = client.WaitForDataAsync(Timeout.InfiniteTimeSpan, Cancellation);
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        Assert.False(waiting.IsCompleted);
        await connection.SendAsync(MessageJson.Full());

        Assert.True(await waiting.WaitAsync(ScriptedServer.Deadline, Cancellation));
        Assert.True(await client.WaitForDataAsync(TimeSpan.Zero, Cancellation));
    }

    [Fact]
    public async Task WaitForDataAsync_ends_when_it_is_cancelled_or_no_data_will_come()
    {
        var client = Connect();
        using var cts = new CancellationTokenSource();
        var waiting = client.WaitForDataAsync(Timeout.InfiniteTimeSpan, cts.Token);
        await cts.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await using var offline = new FfcClient(new FfcOptions { Offline = true });
        Assert.False(await offline.WaitForDataAsync(Timeout.InfiniteTimeSpan, Cancellation));
    }

    [Fact]
    public async Task Bootstrap_data_is_used_until_the_data_of_the_server_arrives()
    {
        var bootstrap = MessageJson.Full(new FlagJson("a").Serves("bootstrap"), new FlagJson("gone", 9));
        await using var client = await FfcClient.StartAsync(Options(options => options.Bootstrap = bootstrap), Cancellation);
        Assert.Equal(FlagDataSource.Bootstrap, client.FlagData.Source);
        Assert.Equal("bootstrap", client.Variation("a", Clients.User(), ""));
        Assert.Equal(UpdateState.Initializing, client.UpdateStatusProvider.Status.State);

        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        Assert.Equal("b", await WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("b", 1)))));
        Assert.Equal(FlagDataSource.Bootstrap, client.FlagData.Source);
        Assert.Equal(UpdateState.Initializing, client.UpdateStatusProvider.Status.State);

        Assert.Equal("a gone", await WaitForChangeAsync(client, () =>
            connection.SendAsync(MessageJson.Full(new FlagJson("a", 2).Serves("server")))));
        Assert.Equal(FlagDataSource.Stream, client.FlagData.Source);
        Assert.Equal("server", client.Variation("a", Clients.User(), ""));
        Assert.False(client.IsFlagKnown("gone"));
    }

    [Fact]
    public async Task A_client_can_be_disposed_while_it_connects()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = Connect(options => options.StreamingUri = new($"ws://{listener.LocalEndpoint}"));
        using var accepted = await listener.AcceptTcpClientAsync(Cancellation);
        await client.DisposeAsync().AsTask().WaitAsync(ScriptedServer.Deadline, Cancellation);

        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State);
    }

    [Fact]
    public async Task A_failed_attempt_is_logged_as_a_warning_with_the_retry_delay()
    {
        await Server.DisposeAsync();
        Connect();
        await Clock.WaitForRetryAsync(1);

        var warning = Assert.Single(Logs.GetSnapshot(), log => log.Level >= LogLevel.Warning);
        Assert.Matches(
            "Reconnecting in [01](\\.[0-9])? s; "
            + "there is no flag data yet, so evaluations return their defaults ", warning.Message);
    }

    [Fact]
    public async Task A_failed_attempt_of_a_client_with_data_is_logged_with_the_data()
    {
        await Server.DisposeAsync();
        Connect(options => options.Bootstrap = MessageJson.Full(new FlagJson("a")));
        await Clock.WaitForRetryAsync(1);

        var warning = Assert.Single(Logs.GetSnapshot(), log => log.Level >= LogLevel.Warning);
        Assert.Contains("; evaluation continues with the current data ", warning.Message, StringComparison.Ordinal);
    }
}
