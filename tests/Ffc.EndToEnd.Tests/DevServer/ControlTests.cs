using System.Globalization;
using System.Net;
using Ffc.Sdk.Protocol;
using Ffc.Tests;
using Microsoft.Extensions.Time.Testing;

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
    public async Task Without_the_option_there_is_no_control(string method, string route)
    {
        await using var test = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(test, method, route)).StatusCode);
    }

    [Fact]
    public async Task Reports_can_be_failed_with_a_status_and_a_time_to_wait()
    {
        await using var test = await TestServer.StartAsync(control: true);
        await SetAsync(test, "track", """{ "mode": "status", "status": 503, "retryAfter": 7 }""");

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Wire.TrackPath, UriKind.Relative));
        request.Headers.Add(Wire.SecretHeader, test.Server.EnvSecret);
        using var response = await test.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter!.Delta);
        Assert.Empty(test.Server.Events);

        await SetAsync(test, "track", """{ "mode": "ok" }""");
        Assert.Equal(HttpStatusCode.OK, await InsightsTests.TrackAsync(test, Batch));
        Assert.Single(test.Server.Events);
    }

    [Fact]
    public async Task Reports_can_be_left_hanging_and_the_server_still_stops()
    {
        await using var test = await TestServer.StartAsync(control: true);
        await SetAsync(test, "track", """{ "mode": "hang" }""");

        var hang = test.Server.TrackBehaviour!;
        var reached = new TaskCompletionSource<Task<bool>>();
        test.Server.TrackBehaviour = context =>
        {
            reached.SetResult(hang(context));
            return reached.Task.Result;
        };

        var report = InsightsTests.TrackAsync(test, Batch);
        var held = await reached.Task.WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
        Assert.False(held.IsCompleted);

        await test.Server.DisposeAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => report);
    }

    [Fact]
    public async Task Reports_can_be_cut_off()
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
    public async Task What_makes_no_sense_is_refused(string route, string body)
    {
        await using var test = await TestServer.StartAsync(control: true);

        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(test, "POST", route, body)).StatusCode);
    }

    [Fact]
    public async Task Every_connection_can_be_cut()
    {
        await using var test = await TestServer.StartAsync(control: true);
        using var client = await test.ConnectAsync();
        await client.SyncAsync();

        await SetAsync(test, "drop", "");

        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(client.ReceiveCloseAsync);
    }

    [Fact]
    public async Task Any_text_can_be_pushed_and_the_moment_is_told()
    {
        await using var test = await TestServer.StartAsync(control: true);
        using var first = await test.ConnectAsync();
        using var second = await test.ConnectAsync();
        await first.SyncAsync();
        await second.SyncAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(test, "GET", "last-push")).StatusCode);
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        await SetAsync(test, "push", "{ no JSON é");

        Assert.Equal("{ no JSON é", await first.ReceiveAsync());
        Assert.Equal("{ no JSON é", await second.ReceiveAsync());
        var answer = await AskAsync(test, "GET", "last-push");
        var told = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Matches(@"^\d+\.\d{3}$", told.Trim());
        Assert.InRange(
            double.Parse(told, CultureInfo.InvariantCulture), before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 1);
    }

    [Fact]
    public async Task Clients_can_be_refused_until_further_notice()
    {
        await using var test = await TestServer.StartAsync(control: true);
        await SetAsync(test, "streaming", """{ "refuse": true }""");
        using var refused = await test.ConnectAsync();
        Assert.Equal(Wire.CloseRefused, (await refused.ReceiveCloseAsync()).Code);

        await SetAsync(test, "streaming", "{}");
        using var welcome = await test.ConnectAsync();
        Assert.Equal(Wire.Full, (await welcome.SyncAsync()).EventType);
    }

    [Fact]
    public async Task Answers_can_be_delayed()
    {
        var now = new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
        var time = new FakeTimeProvider(now);
        await using var test = await TestServer.StartAsync(control: true, time: time);
        await SetAsync(test, "streaming", """{ "delayMs": 60000 }""");
        using var client = await test.ConnectAsync(tokenTime: now);

        var answer = client.SyncAsync();
        await Eventually.Is(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return answer.IsCompleted;
            },
            isCompleted => isCompleted);

        Assert.InRange(time.GetUtcNow() - now, TimeSpan.FromSeconds(60), TimeSpan.MaxValue);
        Assert.Equal(Wire.Full, (await answer).EventType);
    }

    private static async Task SetAsync(TestServer test, string route, string body) =>
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(test, "POST", route, body)).StatusCode);

    private static Task<HttpResponseMessage> AskAsync(TestServer test, string method, string route, string body = "{}")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/control/" + route, UriKind.Relative));
        if (method == "POST")
            request.Content = new StringContent(body);
        return test.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
