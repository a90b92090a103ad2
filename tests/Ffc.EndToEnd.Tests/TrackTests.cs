using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>Tests metrics and evaluations from the HTTP request to the server.</summary>
public sealed class TrackTests(FlagService service) : IClassFixture<FlagService>
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> InvalidBodies => new()
    {
        { """{"metrics":[{"eventName":"a"}]}""", "user is missing" },
        { """{"user":{"key":"u1"}}""", "metrics must be an array" },
        { """{"user":{"key":"u1"},"metrics":{}}""", "metrics must be an array" },
        { """{"user":{"key":"u1"},"metrics":[]}""", "metrics must contain 1 to 100 metrics" },
        {
            $$"""{"user":{"key":"u1"},"metrics":[{{string.Join(',', Enumerable.Repeat("""{"eventName":"a"}""", 101))}}]}""",
            "metrics must contain 1 to 100 metrics"
        },
        { """{"user":{"key":"u1"},"metrics":[{"eventName":"a"},7]}""", "metrics[1] must be an object" },
        { """{"user":{"key":"u1"},"metrics":[{"eventName":"a"},{}]}""", "metrics[1].eventName is missing" },
        { """{"user":{"key":"u1"},"metrics":[{"eventName":null}]}""", "metrics[0].eventName must be a string" },
        { """{"user":{"key":"u1"},"metrics":[{"eventName":" "}]}""", "metrics[0].eventName is missing or blank" },
        {
            """{"user":{"key":"u1"},"metrics":[{"eventName":"a","numericValue":"1"}]}""",
            "metrics[0].numericValue must be a number"
        },
        {
            """{"user":{"key":"u1"},"metrics":[{"eventName":"a","numericValue":0}]}""",
            "metrics[0].numericValue must be above 0 and fit a 32-bit float, so at most 3.4e38"
        },
        {
            """{"user":{"key":"u1"},"metrics":[{"eventName":"a","numericValue":-3}]}""",
            "metrics[0].numericValue must be above 0 and fit a 32-bit float, so at most 3.4e38"
        },
        {
            """{"user":{"key":"u1"},"metrics":[{"eventName":"a","numericValue":1e999}]}""",
            "metrics[0].numericValue is too large a number"
        },
    };

    [Theory]
    [MemberData(nameof(InvalidBodies))]
    public async Task Returns_a_problem_that_names_the_fault_when_metrics_are_invalid(string body, string fault)
    {
        using var response = await PostTrackAsync(body);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Test);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(fault, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.StartsWith(problem.GetProperty("member").GetString()!, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"user":{"key":"u1"},"metrics":[{"eventName":"\ud800"}]}""")]
    [InlineData("""{"user":{"key":"u1"},"metrics":[{"eventName":"a","\ud800numericValue":1}]}""")]
    public async Task Returns_400_when_a_metric_has_half_of_a_surrogate_pair(string body)
    {
        using var response = await PostTrackAsync(body);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Test);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("half of a surrogate pair", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_metrics_of_a_request_reach_the_server_as_one_event()
    {
        var user = new { key = "tracked-1", email = "ada@example.com", plan = "pro" };
        var metrics = new object[] { new { eventName = "opened" }, new { eventName = "paid", numericValue = 49.5 } };
        using var response = await service.App.Http.PostAsJsonAsync(
            "/api/track", new { user, metrics }, Test);
        Assert.Equal((HttpStatusCode.Accepted, ""), (response.StatusCode, await response.Content.ReadAsStringAsync(Test)));

        var events = await Eventually.Is(() => GetEventsAsync("tracked-1"), events => events.Count > 0);
        const string Expected =
            """
            {"user":{
               "keyId":"tracked-1","userName":"","email":"ada@example.com","country":"",
               "customizedProperties":[{"name":"plan","value":"pro"}]},
             "metrics":[
               {"eventName":"opened","numericValue":1,"route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"},
               {"eventName":"paid","numericValue":49.5,"route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"}]}
            """;
        var actual = JsonNode.Parse(Assert.Single(events).GetRawText())!.ToJsonString();
        Assert.Equal(JsonNode.Parse(Expected)!.ToJsonString(), actual);
    }

    [Fact]
    public async Task A_request_can_have_a_hundred_metrics()
    {
        var metrics = Enumerable.Range(1, 100).Select(number => new { eventName = $"m{number}" });
        using var response = await service.App.Http.PostAsJsonAsync(
            "/api/track", new { user = new { key = "tracked-2" }, metrics }, Test);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var events = await Eventually.Is(() => GetEventsAsync("tracked-2"), events => events.Count > 0);
        Assert.Equal(100, Assert.Single(events).GetProperty("metrics").GetArrayLength());
    }

    [Fact]
    public async Task EvaluateFlag_sends_an_event_and_EvaluateAll_only_when_track_is_true()
    {
        await FlagService.EvaluateAsync(service.App, "new-checkout", new { key = "evaluated-1" }, false);
        await EvaluateAllAsync(new { user = new { key = "evaluated-2" } });
        await EvaluateAllAsync(new { user = new { key = "evaluated-2" }, track = false });
        await EvaluateAllAsync(
            new { user = new { key = "evaluated-3" }, keys = new[] { "new-checkout", "no-such-flag" }, track = true });

        var tracked = await Eventually.Is(() => GetEventsAsync("evaluated-3"), events => events.Count > 0);
        Assert.Equal("new-checkout", FlagKeysOf(Assert.Single(tracked))[^1]);
        Assert.Equal("new-checkout", FlagKeysOf(Assert.Single(await GetEventsAsync("evaluated-1")))[^1]);
        Assert.Empty(await GetEventsAsync("evaluated-2"));
    }

    [Fact]
    public async Task Returns_400_when_track_is_not_a_boolean()
    {
        using var response = await service.App.Http.PostAsJsonAsync(
            "/api/evaluate", new { user = new { key = "u1" }, track = "yes" }, Test);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("track must be true or false", await response.Content.ReadAsStringAsync(Test), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_has_the_queue_and_the_outbox()
    {
        var insights = (await service.App.Http.GetFromJsonAsync<JsonElement>("/api/status", Test)).GetProperty("insights");

        Assert.Equal("OK", insights.GetProperty("state").GetString());
        Assert.Equal(0, insights.GetProperty("outbox").GetProperty("batches").GetInt32());
        Assert.Equal(0, insights.GetProperty("lost").GetInt32());
    }

    [Fact]
    public async Task Returns_503_with_a_retry_delay_when_queue_and_outbox_accept_no_metrics()
    {
        using var unresponsive = new TcpListener(IPAddress.Loopback, 0);
        unresponsive.Start();
        await using var scenario = await InsightScenario.StartAsync(
            $"AccountName=a;AccountKey=a2V5;BlobEndpoint=http://{unresponsive.LocalEndpoint}/a");
        var app = await scenario.StartAppAsync(("Ffc__Insights__Capacity", "10"), ("Ffc__Insights__BatchSize", "10"));
        await scenario.SetTrackResponseAsync(new { mode = "hang" });

        // Enough events for five requests that hang, eight writes that hang, and a full queue.
        await scenario.EvaluateAsync(app, 160);
        using var response = await app.Http.PostAsJsonAsync(
            "/api/track", new { user = new { key = "u1" }, metrics = new[] { new { eventName = "a" } } }, Test);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    private static List<string> FlagKeysOf(JsonElement item) =>
    [
        .. item.GetProperty("userVariations").EnumerateArray()
            .Select(variation => variation.GetProperty("featureFlagKeyName").GetString()!),
    ];

    private Task<HttpResponseMessage> PostTrackAsync(string body) =>
        service.App.Http.PostAsync("/api/track", new StringContent(body, Encoding.UTF8, "application/json"), Test);

    private async Task EvaluateAllAsync(object body)
    {
        using var response = await service.App.Http.PostAsJsonAsync("/api/evaluate", body, Test);
        response.EnsureSuccessStatusCode();
    }

    private async Task<List<JsonElement>> GetEventsAsync(string userKey) =>
    [
        .. (await service.Server.Http.GetFromJsonAsync<JsonElement>("/insights", Test)).GetProperty("events").EnumerateArray()
            .Where(item => item.GetProperty("user").GetProperty("keyId").GetString() == userKey),
    ];
}
