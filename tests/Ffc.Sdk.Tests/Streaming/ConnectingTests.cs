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
    public async Task The_upgrade_shows_secret_token_type_and_who_asks(string path, string expected)
    {
        Connect(options => options.StreamingUri = new(Server.Uri, path));
        var connection = await Server.AcceptAsync();

        Assert.Equal(expected, connection.Path);
        Assert.Equal(["token", "type"], connection.Query.Keys.Order());
        Assert.Equal("server", connection.Query["type"]);
        Assert.Equal(Clients.Secret, connection.Headers["envSecret"]);
        Assert.Matches("^ffc-dotnet-server-sdk/[0-9]+\\.[0-9]+\\.[0-9]+", connection.Headers["User-Agent"]);
        Assert.Equal("application/json", connection.Headers["Content-Type"]);
        Assert.True(ConnectionToken.TryRead(connection.Query["token"], out var secret, out var time));
        Assert.Equal((Clients.Secret.TrimEnd('='), Clock.GetUtcNow()), (secret, time));
    }

    [Fact]
    public async Task A_server_named_by_http_is_streamed_from_by_ws()
    {
        Connect(options => options.StreamingUri = new UriBuilder(Server.Uri) { Scheme = "http" }.Uri);

        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());
    }

    [Fact]
    public async Task Every_attempt_makes_a_new_token_and_asks_for_everything()
    {
        var client = Connect();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var connection = await Server.AcceptAsync();
            Assert.True(ConnectionToken.TryRead(connection.Query["token"], out _, out var time));
            Assert.Equal(Clock.GetUtcNow(), time);

            await connection.AnswerAsync(MessageJson.Full(new FlagJson("a", version: 1_000 + attempt)));
            await IsAsync(client, UpdateState.OK);
            connection.Abort();
            await IsAsync(client, UpdateState.Interrupted);
            await Clock.PassBackOffAsync(1 << attempt);
        }
    }

    [Fact]
    public async Task A_server_that_is_down_is_tried_again_until_it_is_there()
    {
        var port = Server.Uri.Port;
        await Server.DisposeAsync();
        var client = Connect();
        await Clock.PassBackOffAsync(1);
        await Clock.PassBackOffAsync(2);
        await Clock.WaitForBackOffAsync(4);

        Assert.Equal(UpdateState.Initializing, client.UpdateStatusProvider.State);
        Assert.Contains("refused", client.UpdateStatusProvider.LastError!.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"://127.0.0.1:{port}: ", client.UpdateStatusProvider.LastError.Message, StringComparison.Ordinal);
        Assert.Equal("-1 the default: client not ready", client.Ask("a"));
        Assert.False(await client.UpdateStatusProvider.WaitForOKStateAsync(TimeSpan.Zero, Cancellation));

        await using var server = await ScriptedServer.StartAsync(port);
        Clock.Advance(TimeSpan.FromSeconds(4));
        await (await server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await IsAsync(client, UpdateState.OK);
        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task An_upgrade_that_is_not_made_is_tried_again(int status)
    {
        Server.Instead = context =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(Server.Attempts == 1);
        };
        var client = Connect();
        await Clock.PassBackOffAsync();

        Assert.Contains($"'{status}'", client.UpdateStatusProvider.LastError!.Message, StringComparison.Ordinal);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await IsAsync(client, UpdateState.OK);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_the_upgrade_is_given_up_and_tried_again()
    {
        Server.Instead = async context =>
        {
            if (Server.Attempts > 1)
                return false;
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        var client = Connect(options => options.Streaming.ConnectTimeout = TimeSpan.FromSeconds(0.25));
        await Clock.WaitForBackOffAsync(1);

        Assert.EndsWith(": connecting took too long", client.UpdateStatusProvider.LastError!.Message, StringComparison.Ordinal);
        Assert.Equal(UpdateState.Initializing, client.UpdateStatusProvider.State);
    }

    [Fact]
    public async Task A_proxy_is_gone_through()
    {
        await using var proxy = new TunnelProxy();
        var client = Connect(options => options.Streaming.Proxy = new($"http://127.0.0.1:{proxy.Port}"));
        var connection = await Server.AcceptAsync();
        await connection.AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await IsAsync(client, UpdateState.OK);

        Assert.Equal([$"CONNECT {Server.Uri.Authority} HTTP/1.1"], proxy.Requests);
    }

    [Theory]
    [InlineData("ada:s3cret", "ada:s3cret")]
    [InlineData("ada:s%3Acr%40t", "ada:s:cr@t")]
    [InlineData("ada:", "ada:")]
    [InlineData("ada", "ada:")]
    public async Task A_proxy_that_wants_a_name_and_password_gets_them(string userInfo, string credentials)
    {
        await using var proxy = new TunnelProxy(credentials);
        var client = Connect(options => options.Streaming.Proxy = new($"http://{userInfo}@127.0.0.1:{proxy.Port}"));
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full());

        await IsAsync(client, UpdateState.OK);
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_told_of_without_the_password()
    {
        await using var proxy = new TunnelProxy("ada:another");
        var client = Connect(options => options.Streaming.Proxy = new($"http://ada:s3cret@127.0.0.1:{proxy.Port}"));
        await Clock.WaitForBackOffAsync(1);

        Assert.Contains("407", client.UpdateStatusProvider.LastError!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", client.UpdateStatusProvider.LastError.Message, StringComparison.Ordinal);
        Assert.All(Logs.GetSnapshot(), log => Assert.DoesNotContain("s3cret", log.Message + log.Exception, StringComparison.Ordinal));
        Assert.Equal(0, Server.Attempts);
    }

    [Fact]
    public async Task A_start_ends_as_soon_as_there_is_data()
    {
        var starting = FfcClient.StartAsync(Options(), Cancellation);
        var connection = await Server.AcceptAsync();
        Assert.False(starting.IsCompleted);
        await connection.AnswerAsync(MessageJson.Full(new FlagJson("a")));

        await using var client = await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.True(client.Initialized);
        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
    }

    [Fact]
    public async Task A_start_ends_when_its_time_is_over_and_the_client_goes_on_connecting()
    {
        var starting = FfcClient.StartAsync(Options(), Cancellation);
        var connection = await Server.AcceptAsync();
        Clock.Advance(await Clock.WaitForAsync(delay => delay == TimeSpan.FromSeconds(15)));

        await using var client = await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.False(client.Initialized);
        await connection.AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await IsAsync(client, UpdateState.OK);
    }

    [Fact]
    public async Task A_start_ends_when_the_server_refuses()
    {
        var starting = FfcClient.StartAsync(Options(), Cancellation);
        await (await Server.AcceptAsync()).CloseAsync(4003);

        await using var client = await starting.WaitAsync(ScriptedServer.Deadline, Cancellation);
        Assert.Equal((false, UpdateState.Off), (client.Initialized, client.UpdateStatusProvider.State));
    }

    [Fact]
    public async Task A_start_that_is_given_up_leaves_no_client_behind()
    {
        using var giveUp = new CancellationTokenSource();
        var starting = FfcClient.StartAsync(Options(), giveUp.Token);
        var connection = await Server.AcceptAsync();
        await connection.ReceiveAsync();
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        await connection.Ended;
        Assert.Equal(1, Server.Attempts);
    }

    [Fact]
    public async Task A_client_starts_on_its_bootstrap_and_takes_the_servers_data_when_it_comes()
    {
        var bootstrap = MessageJson.Full(new FlagJson("a").Serves("bootstrap"), new FlagJson("gone", 9));
        await using var client = await FfcClient.StartAsync(Options(options => options.Bootstrap = bootstrap), Cancellation);
        Assert.Equal(FlagDataSource.Bootstrap, client.FlagData.Source);
        Assert.Equal("bootstrap", client.Variation("a", Clients.User(), ""));
        Assert.Equal(UpdateState.Initializing, client.UpdateStatusProvider.State);

        var connection = await Server.AcceptAsync();
        Assert.Equal("b", await ChangedByAsync(client, () => connection.SendAsync(MessageJson.Patch(new FlagJson("b", 1)))));
        Assert.Equal((FlagDataSource.Bootstrap, UpdateState.Initializing), (client.FlagData.Source, client.UpdateStatusProvider.State));

        Assert.Equal("a b gone", await ChangedByAsync(client, () =>
            connection.AnswerAsync(MessageJson.Full(new FlagJson("a", 2).Serves("server")))));
        Assert.Equal(FlagDataSource.Stream, client.FlagData.Source);
        Assert.Equal("server", client.Variation("a", Clients.User(), ""));
        Assert.False(client.IsFlagKnown("gone"));
    }

    [Fact]
    public async Task A_client_can_be_closed_while_it_connects()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = Connect(options => options.StreamingUri = new($"ws://{listener.LocalEndpoint}"));
        using var taken = await listener.AcceptTcpClientAsync(Cancellation); // and never answered
        await client.DisposeAsync().AsTask().WaitAsync(ScriptedServer.Deadline, Cancellation);

        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.State);
    }

    [Fact]
    public async Task What_goes_wrong_is_logged_as_a_warning_with_what_happens_next()
    {
        await Server.DisposeAsync();
        Connect();
        await Clock.WaitForBackOffAsync(1);

        var warning = Assert.Single(Logs.GetSnapshot(), log => log.Level >= LogLevel.Warning);
        Assert.Matches("Trying again in [01]\\.[0-9] s; evaluation goes on with the data in hand$", warning.Message);
    }
}
