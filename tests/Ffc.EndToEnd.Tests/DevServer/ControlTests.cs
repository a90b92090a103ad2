using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Tests;
using Microsoft.Extensions.Time.Testing;
using static Ffc.EndToEnd.Tests.DevServer.FlagsText;

namespace Ffc.EndToEnd.Tests.DevServer;

public class ControlTests
{
    private const string Batch = """[{"user":{"keyId":"user-1"}}]""";

    [Theory]
    [InlineData("POST", "track")]
    [InlineData("POST", "streaming")]
    [InlineData("POST", "push")]
    [InlineData("POST", "drop")]
    [InlineData("GET", "last-push")]
    public async Task The_control_routes_do_not_exist_without_the_option(string method, string route)
    {
        await using var test = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(test, method, route)).StatusCode);
    }

    [Fact]
    public async Task Track_mode_status_responds_with_status_and_Retry_After()
    {
        await using var test = await TestServer.StartAsync(control: true);
        await SetAsync(test, "track", """{ "mode": "status", "status": 503, "retryAfter": 7 }""");

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(FfcProtocol.TrackPath, UriKind.Relative));
        request.Headers.Add(FfcProtocol.SecretHeader, test.Server.EnvSecret);
        using var response = await test.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter!.Delta);
        Assert.Empty(test.Server.Events);

        await SetAsync(test, "track", """{ "mode": "ok" }""");
        Assert.Equal(HttpStatusCode.OK, await InsightsTests.TrackAsync(test, Batch));
        Assert.Single(test.Server.Events);
    }

    [Fact]
    public async Task Track_mode_hang_does_not_prevent_the_server_from_stopping()
    {
        await using var test = await TestServer.StartAsync(control: true);
        await SetAsync(test, "track", """{ "mode": "hang" }""");

        var hang = test.Server.TrackOverride!;
        var reached = new TaskCompletionSource<Task<bool>>();
        test.Server.TrackOverride = context =>
        {
            reached.SetResult(hang(context));
            return reached.Task.Result;
        };

        var request = InsightsTests.TrackAsync(test, Batch);
        var pending = await reached.Task.WaitAsync(TestServer.Timeout, TestContext.Current.CancellationToken);
        Assert.False(pending.IsCompleted);

        await test.Server.DisposeAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => request);
    }

    [Fact]
    public async Task Track_mode_abort_aborts_the_connection()
    {
        await using var test = await TestServer.StartAsync(control: true);
        await SetAsync(test, "track", """{ "mode": "abort" }""");

        await Assert.ThrowsAsync<HttpRequestException>(() => InsightsTests.TrackAsync(test, Batch));
    }

    [Theory]
    [InlineData("track", """{ "mode": "sometimes" }""")]
    [InlineData("track", """{ "mode": "status", "status": 99 }""")]
    [InlineData("track", """{ "mode": "ok", "satus": 500 }""")]
    [InlineData("track", "ok")]
    [InlineData("streaming", """{ "delayMs": -1 }""")]
    [InlineData("streaming", """{ "delay": 1 }""")]
    [InlineData("streaming", "")]
    public async Task An_invalid_body_is_rejected(string route, string body)
    {
        await using var test = await TestServer.StartAsync(control: true);

        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(test, "POST", route, body)).StatusCode);
    }

    [Fact]
    public async Task Drop_aborts_every_connection()
    {
        await using var test = await TestServer.StartAsync(control: true);
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        await SetAsync(test, "drop", "");

        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(client.ReceiveCloseAsync);
    }

    [Fact]
    public async Task Push_sends_any_text_and_last_push_returns_the_time()
    {
        await using var test = await TestServer.StartAsync(control: true);
        using var first = await test.ConnectAsync();
        using var second = await test.ConnectAsync();
        await first.SyncAsync();
        await second.SyncAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(test, "GET", "last-push")).StatusCode);
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        await SetAsync(test, "push", "{ not JSON é");

        Assert.Equal("{ not JSON é", await first.ReceiveAsync());
        Assert.Equal("{ not JSON é", await second.ReceiveAsync());
        var response = await SendAsync(test, "GET", "last-push");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Matches(@"^\d+\.\d{3}$", text.Trim());
        Assert.InRange(
            double.Parse(text, CultureInfo.InvariantCulture), before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 1);
    }

    [Fact]
    public async Task Streaming_refuse_refuses_clients_until_it_is_reset()
    {
        await using var test = await TestServer.StartAsync(control: true);
        await SetAsync(test, "streaming", """{ "refuse": true }""");
        using var refused = await test.ConnectAsync();
        Assert.Equal(Wire.CloseRefused, (await refused.ReceiveCloseAsync()).Code);

        await SetAsync(test, "streaming", "{}");
        using var accepted = await test.ConnectAsync();
        Assert.Equal(Wire.Full, (await accepted.SyncAsync()).EventType);
    }

    [Fact]
    public async Task Streaming_delayMs_delays_the_response()
    {
        var now = new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
        var timeProvider = new FakeTimeProvider(now);
        await using var test = await TestServer.StartAsync(control: true, timeProvider: timeProvider);
        await SetAsync(test, "streaming", """{ "delayMs": 60000 }""");
        using var client = await test.ConnectAsync(tokenTime: now);

        var response = client.SyncAsync();
        await Eventually.Is(
            () =>
            {
                timeProvider.Advance(TimeSpan.FromSeconds(1));
                return response.IsCompleted;
            },
            isCompleted => isCompleted);

        Assert.InRange(timeProvider.GetUtcNow() - now, TimeSpan.FromSeconds(60), TimeSpan.MaxValue);
        Assert.Equal(Wire.Full, (await response).EventType);
    }

    [Theory]
    [InlineData("POST", "/control/push", "localhost", "text/plain", null, 415)]
    [InlineData("POST", "/control/push", "localhost", "application/json", "https://evil.example.com", 403)]
    [InlineData("POST", "/control/drop", "localhost", null, "null", 403)]
    [InlineData("GET", "/insights", "rebound.example.com", null, null, 403)]
    [InlineData("DELETE", "/insights", "127.0.0.1", null, "http://rebound.example.com", 403)]
    [InlineData("POST", "/control/push", "localhost", "application/json", "http://localhost:3000", 403)]
    [InlineData("POST", "/control/push", "localhost", "application/json", "http://localhost", 200)]
    public async Task Pages_of_other_origins_cannot_use_the_server(
        string method, string path, string host, string? contentType, string? origin, int status)
    {
        await using var test = await TestServer.StartAsync(Full(Flag("a", 100)), control: true);
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Host = host } };
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        if (contentType is not null)
            request.Content = new StringContent(Full(Flag("injected", 100)), MediaTypeHeaderValue.Parse(contentType));
        using var response = await test.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 200)
            Assert.Equal(["injected"], (await client.ReceiveSyncAsync()).FlagKeys);
        else
            Assert.Null(test.Server.LastPush);
    }

    private static async Task SetAsync(TestServer test, string route, string body) =>
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(test, "POST", route, body)).StatusCode);

    private static Task<HttpResponseMessage> SendAsync(TestServer test, string method, string route, string body = "{}")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/control/" + route, UriKind.Relative));
        if (method == "POST")
            request.Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        return test.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
