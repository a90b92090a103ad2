using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Ffc.DevServer;
using Ffc.DevServer.Insights;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.EndToEnd.Tests.DevServer;

public class InsightsTests
{
    private const string FlagEvent = """
        {"user":{"keyId":"user-1","userName":"","email":"","country":"","customizedProperties":[]},
         "userVariations":[{"featureFlagKeyName":"new-checkout","sendToExperiment":true,"timestamp":1,
         "variation":{"localId":1,"variationValue":"true","reason":"rule match"}}]}
        """;

    private const string Metric = """
        {"user":{"keyId":"user-2"},"metrics":[{"eventName":"<script>alert('x')</script>","numericValue":2.5,
         "route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"}]}
        """;

    [Fact]
    public async Task Insights_are_returned_as_they_were_sent()
    {
        await using var test = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await TrackAsync(test, $"[{FlagEvent},{Metric}]"));
        Assert.Equal(HttpStatusCode.OK, await TrackAsync(test, $"[{Metric}]"));

        var insights = await ReadAsync(test);
        Assert.Equal((3, 2, 0), Counts(insights));
        var events = insights.GetProperty("events");
        Assert.Equal(3, events.GetArrayLength());
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(FlagEvent).RootElement, events[0]));
        Assert.True(JsonElement.DeepEquals(events[1], test.Server.Events[1]));
    }

    [Theory]
    [InlineData("?limit=2", 2)]
    [InlineData("?limit=0", 0)]
    [InlineData("?limit=100", 3)]
    [InlineData("", 3)]
    public async Task A_limit_returns_the_latest_events(string query, int expected)
    {
        await using var test = await TestServer.StartAsync();
        await TrackAsync(test, """[{"n":0},{"n":1},{"n":2}]""");

        var events = (await ReadAsync(test, query)).GetProperty("events").EnumerateArray();

        Assert.Equal(Enumerable.Range(3 - expected, expected), events.Select(item => item.GetProperty("n").GetInt32()));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("")]
    public async Task A_limit_that_is_not_a_number_is_rejected(string limit)
    {
        await using var test = await TestServer.StartAsync();

        var response = await test.Http.GetAsync(RelativeUri("/insights?limit=" + limit), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Insights_can_be_cleared()
    {
        await using var test = await TestServer.StartAsync();
        await TrackAsync(test, $"[{FlagEvent}]");

        var response = await test.Http.DeleteAsync(RelativeUri("/insights"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal((0, 0, 0), Counts(await ReadAsync(test)));
        Assert.Empty(test.Server.Events);
    }

    [Fact]
    public async Task A_full_log_keeps_the_latest_events_and_counts_the_dropped_ones()
    {
        await using var test = await TestServer.StartAsync(insightsCapacity: 2);
        await TrackAsync(test, """[{"n":0},{"n":1},{"n":2}]""");
        await TrackAsync(test, """[{"n":3}]""");

        var insights = await ReadAsync(test);

        Assert.Equal((4, 2, 2), Counts(insights));
        Assert.Equal("""[{"n":2},{"n":3}]""", insights.GetProperty("events").GetRawText());
    }

    [Theory]
    [InlineData("\"x\"", 60)]
    [InlineData("1", 9)]
    public async Task The_log_keeps_at_most_64_MB(string value, int expected)
    {
        await using var test = await TestServer.StartAsync();

        // Each value in the array needs memory, too.
        var values = value == "1" ? string.Join(',', Enumerable.Repeat("1", 500_000)) : $"\"{new string('x', 1_000_000)}\"";
        for (var i = 0; i < 80; i++)
            Assert.Equal(HttpStatusCode.OK, await TrackAsync(test, $$"""[{"n":{{i}},"pad":[{{values}}]}]"""));

        var view = test.Server.InsightsLog.Read(int.MaxValue);
        Assert.InRange(view.Events.Count, expected, 67);
        Assert.InRange(view.Events.Sum(item => item.Bytes), 1, 64 * 1024 * 1024);
        Assert.Equal(80 - view.Events.Count, view.Dropped);
        Assert.Equal(79, view.Events[^1].Content.GetProperty("n").GetInt32());
    }

    [Fact]
    public void The_log_returns_the_events_after_a_number_and_totals_of_metrics()
    {
        var log = new InsightsLog(capacity: 3, capacityBytes: long.MaxValue);
        for (var i = 0; i < 5; i++)
        {
            log.Add(default, [JsonElement.Parse($$"""
                {"n":{{i}},"metrics":[{"eventName":"b","numericValue":{{i}} },{"eventName":"a"}]}
                """)]);
        }

        int[] Numbers(int limit, long after) =>
            [.. log.Read(limit, after).Events.Select(item => item.Content.GetProperty("n").GetInt32())];
        Assert.Equal([3, 4], Numbers(10, 3));
        Assert.Equal([4], Numbers(1, 3));
        Assert.Equal([2, 3, 4], Numbers(10, 0));
        Assert.Empty(Numbers(10, 5));
        Assert.Equal([new MetricView("a", 5, 0), new MetricView("b", 5, 10)], log.Metrics);

        log.Clear();

        Assert.Empty(log.Metrics);
        Assert.Equal((0, 0, 1), (log.Read(10).Received, log.Read(10).Dropped, log.Read(10).Cleared));
    }

    [Fact]
    public void Names_of_metrics_are_limited_in_number_and_length()
    {
        var log = new InsightsLog(capacity: 1, capacityBytes: long.MaxValue);

        for (var i = 0; i < 2000; i++)
            log.Add(default, [JsonElement.Parse($$"""{"metrics":[{"eventName":"{{i:0000}}{{new string('x', 2000)}}"}]}""")]);

        Assert.Equal(1000, log.Metrics.Count);
        Assert.All(log.Metrics, metric => Assert.Equal(1000, metric.Name.Length));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("bm90IHRoZSBzZWNyZXQ=")]
    [InlineData(DevServerOptions.DevelopmentSecret + "=")]
    public async Task A_request_without_the_secret_is_rejected(string? secret)
    {
        await using var test = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await TrackAsync(test, $"[{FlagEvent}]", secret));
        Assert.Empty(test.Server.Events);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1]")]
    public async Task A_body_that_is_not_an_array_of_events_is_rejected(string body)
    {
        await using var test = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, await TrackAsync(test, body));
        Assert.Empty(test.Server.Events);
    }

    [Theory]
    [InlineData("""[{"user":{"keyId":"\ud800"}}]""")]
    [InlineData("""[{"\udc00":1}]""")]
    [InlineData("[{\"user\":{\"keyId\":\"\u00ff\"}}]")]
    public async Task A_body_with_unpaired_surrogates_or_invalid_UTF_8_is_rejected(string body)
    {
        await using var test = await TestServer.StartAsync();

        // In Latin-1 the ÿ of the last row is not valid UTF-8.
        Assert.Equal(HttpStatusCode.BadRequest, await TrackAsync(test, body, encoding: Encoding.Latin1));

        Assert.Equal((0, 0, 0), Counts(await ReadAsync(test)));
        using var page = await test.Http.GetAsync(RelativeUri("/"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task A_request_has_at_most_50_events()
    {
        await using var test = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await TrackAsync(test, Events(50)));
        Assert.Equal(HttpStatusCode.BadRequest, await TrackAsync(test, Events(51)));
        Assert.Equal(50, test.Server.Events.Count);

        static string Events(int count) => $"[{string.Join(",", Enumerable.Repeat(FlagEvent, count))}]";
    }

    [Fact]
    public async Task A_request_has_at_most_1_MiB()
    {
        const int Limit = 1024 * 1024;
        await using var test = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await TrackAsync(test, $"[{FlagEvent}]".PadRight(Limit)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await TrackAsync(test, $"[{FlagEvent}]".PadRight(Limit + 1)));
        Assert.Single(test.Server.Events);
    }

    [Fact]
    public async Task A_test_can_override_the_response_to_a_request()
    {
        await using var test = await TestServer.StartAsync();
        var requests = 0;
        test.Server.TrackOverride = context =>
        {
            context.Response.StatusCode = 418;
            return Task.FromResult(requests++ == 0);
        };

        Assert.Equal((HttpStatusCode)418, await TrackAsync(test, $"[{FlagEvent}]"));
        Assert.Empty(test.Server.Events);
        Assert.Equal(HttpStatusCode.OK, await TrackAsync(test, $"[{FlagEvent}]"));
        Assert.Single(test.Server.Events);
    }

    [Fact]
    public async Task No_response_contains_the_secret()
    {
        await using var test = await TestServer.StartAsync(control: true);
        foreach (var path in new[] { "/", "/insights", "/streaming", "/control/last-push" })
        {
            var response = await test.Http.GetAsync(RelativeUri(path), TestContext.Current.CancellationToken);
            var all = response + await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain(test.Server.EnvSecret, all, StringComparison.Ordinal);
        }
    }

    internal static async Task<HttpStatusCode> TrackAsync(
        TestServer test, string body, string? secret = DevServerOptions.DevelopmentSecret, Encoding? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, RelativeUri(FfcProtocol.TrackPath));
        if (secret is not null)
            request.Headers.TryAddWithoutValidation(FfcProtocol.SecretHeader, secret);
        request.Content = new StringContent(body, encoding ?? Encoding.UTF8, "application/json");
        // Waits for 100 Continue: a server that rejects the request may close the connection while the body is sent.
        request.Headers.ExpectContinue = true;
        using var response = await test.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static Task<JsonElement> ReadAsync(TestServer test, string query = "") =>
        test.Http.GetFromJsonAsync<JsonElement>(RelativeUri("/insights" + query), TestContext.Current.CancellationToken);

    private static (int Received, int Batches, int Dropped) Counts(JsonElement insights) => (
        insights.GetProperty("received").GetInt32(),
        insights.GetProperty("batches").GetInt32(),
        insights.GetProperty("dropped").GetInt32());

    private static Uri RelativeUri(string path) => new(path, UriKind.Relative);
}
