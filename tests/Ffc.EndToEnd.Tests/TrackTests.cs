using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>Metrics and evaluations from the HTTP request to the FFC server.</summary>
public sealed class TrackTests(FlagService service) : IClassFixture<FlagService>
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> InvalidBodies => new()
    {
        { """{"metrics":[{"eventName":"a"}]}""", "user is missing" },
        { """{"user":{"key":"u1"}}""", "metrics must be an array" },
        { Body("{}"), "metrics must be an array" },
        { Body("[]"), "metrics must hold 1 to 100 metrics" },
        {
            Body($"[{string.Join(',', Enumerable.Repeat("""{"eventName":"a"}""", 101))}]"),
            "metrics must hold 1 to 100 metrics"
        },
        { Body("""[{"eventName":"a"},7]"""), "metrics[1] must be an object" },
        { Body("""[{"eventName":"a"},{}]"""), "metrics[1].eventName is missing" },
        { Body("""[{"eventName":null}]"""), "metrics[0].eventName must be a string" },
        { Body("""[{"eventName":" "}]"""), "metrics[0].eventName is missing or blank" },
        { Body("""[{"eventName":"\ud800"}]"""), "metrics[0].eventName is not valid text" },
        {
            Body("""[{"eventName":"a","\ud800numericValue":1}]"""),
            "metrics[0] has a member whose name is not valid text"
        },
        { Body("""[{"eventName":"a","numericValue":"1"}]"""), "metrics[0].numericValue must be a number" },
        { Body("""[{"eventName":"a","numericValue":0}]"""), "metrics[0].numericValue must be a finite number above 0" },
        { Body("""[{"eventName":"a","numericValue":-3}]"""), "metrics[0].numericValue must be a finite number above 0" },
        { Body("""[{"eventName":"a","numericValue":1e999}]"""), "metrics[0].numericValue is too large a number" },
    };

    [Theory]
    [MemberData(nameof(InvalidBodies))]
    public async Task An_invalid_body_is_rejected_with_a_problem_that_names_the_member(string body, string fault)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await service.App.Http.PostAsync("/api/track", content, Test);

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Test);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(fault, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.StartsWith(problem.GetProperty("member").GetString()!, fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_metrics_of_a_request_reach_the_server_as_one_event()
    {
        var user = new { key = "tracked-1", email = "ada@example.com", plan = "pro" };
        object[] metrics = [new { eventName = "opened" }, new { eventName = "paid", numericValue = 49.5 }];
        using var response = await service.App.Http.PostAsJsonAsync("/api/track", new { user, metrics }, Test);
        Assert.Equal((HttpStatusCode.Accepted, ""), (response.StatusCode, await response.Content.ReadAsStringAsync(Test)));

        var events = await Eventually.Is(() => GetEventsAsync("tracked-1"), events => events.Count > 0);
        const string Expected =
            """
            {"user":{"keyId":"tracked-1","userName":"","email":"ada@example.com","country":"",
               "customizedProperties":[{"name":"plan","value":"pro"}]},
             "metrics":[
               {"eventName":"opened","numericValue":1,"route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"},
               {"eventName":"paid","numericValue":49.5,"route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"}]}
            """;
        var actual = JsonNode.Parse(Assert.Single(events).GetRawText())!;
        Assert.Equal(JsonNode.Parse(Expected)!.ToJsonString(), actual.ToJsonString());
    }

    [Fact]
    public async Task A_request_accepts_100_metrics()
    {
        var metrics = Enumerable.Range(1, 100).Select(number => new { eventName = $"m{number}" });
        using var response = await service.App.Http.PostAsJsonAsync(
            "/api/track", new { user = new { key = "tracked-2" }, metrics }, Test);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var events = await Eventually.Is(() => GetEventsAsync("tracked-2"), events => events.Count > 0);
        Assert.Equal(100, Assert.Single(events).GetProperty("metrics").GetArrayLength());
    }

    [Fact]
    public async Task An_evaluation_of_all_flags_sends_events_only_with_track()
    {
        await FlagService.EvaluateAsync(service.App, "new-checkout", new { key = "evaluated-1" }, false);
        await EvaluateAllAsync(new { user = new { key = "evaluated-2" } });
        await EvaluateAllAsync(new { user = new { key = "evaluated-2" }, track = false });
        string[] keys = ["new-checkout", "no-such-flag"];
        await EvaluateAllAsync(new { user = new { key = "evaluated-3" }, keys, track = true });

        var tracked = await Eventually.Is(() => GetEventsAsync("evaluated-3"), events => events.Count > 0);
        Assert.Equal("new-checkout", GetFlagKeys(Assert.Single(tracked))[^1]);
        Assert.Equal("new-checkout", GetFlagKeys(Assert.Single(await GetEventsAsync("evaluated-1")))[^1]);
        Assert.Empty(await GetEventsAsync("evaluated-2"));
    }

    [Fact]
    public async Task Track_must_be_true_or_false()
    {
        using var response = await service.App.Http.PostAsJsonAsync(
            "/api/evaluate", new { user = new { key = "u1" }, track = "yes" }, Test);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("track must be true or false", await response.Content.ReadAsStringAsync(Test), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_shows_queue_and_outbox()
    {
        var insights = (await service.App.Http.GetFromJsonAsync<JsonElement>("/api/status", Test)).GetProperty("insights");

        Assert.Equal("OK", insights.GetProperty("state").GetString());
        Assert.Equal(0, insights.GetProperty("outbox").GetProperty("batches").GetInt32());
        Assert.Equal(0, insights.GetProperty("lost").GetInt32());
    }

    [Fact]
    public async Task Track_answers_503_with_Retry_After_when_queue_and_outbox_are_full()
    {
        using var unresponsive = new TcpListener(IPAddress.Loopback, 0);
        unresponsive.Start();
        await using var scenario = await InsightScenario.StartAsync(
            $"AccountName=a;AccountKey=a2V5;BlobEndpoint=http://{unresponsive.LocalEndpoint}/a");
        var app = await scenario.StartAppAsync(("Ffc__Insights__Capacity", "10"), ("Ffc__Insights__BatchSize", "10"));
        await scenario.SetTrackResponseAsync(new { mode = "hang" });

        // Five pending requests, eight pending writes to the outbox, and a full queue.
        await scenario.EvaluateAsync(app, 160);
        using var response = await app.Http.PostAsJsonAsync(
            "/api/track", new { user = new { key = "u1" }, metrics = new[] { new { eventName = "a" } } }, Test);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    private static string Body(string metrics) => $$"""{"user":{"key":"u1"},"metrics":{{metrics}}}""";

    private static List<string> GetFlagKeys(JsonElement item) =>
    [
        .. item.GetProperty("userVariations").EnumerateArray()
            .Select(variation => variation.GetProperty("featureFlagKeyName").GetString()!),
    ];

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
