using System.Text;
using System.Text.Json.Nodes;

namespace Ffc.Sdk.Tests.Insights;

public sealed class WireTests
{
    [Fact]
    public async Task An_evaluation_goes_on_the_wire_with_its_prerequisites_first_and_what_is_missing_empty()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Client.Variation("needy", FfcUser.Builder("ada").Build(), "");

        AssertSent(
            await SentAsync(bench),
            $$$"""
            [{"user":{"keyId":"ada","userName":"","email":"","country":"","customizedProperties":[]},
              "userVariations":[
                {"featureFlagKeyName":"needed","sendToExperiment":false,"timestamp":{{{bench.Clock.GetUtcNow().ToUnixTimeMilliseconds()}}},
                 "variation":{"localId":1,"variationValue":"on","reason":"fall through all rules"}},
                {"featureFlagKeyName":"needy","sendToExperiment":true,"timestamp":{{{bench.Clock.GetUtcNow().ToUnixTimeMilliseconds()}}},
                 "variation":{"localId":7,"variationValue":"{\"a\":1}","reason":"fall through all rules"}}]}]
            """);
    }

    [Fact]
    public async Task A_user_goes_on_the_wire_with_all_there_is_to_it()
    {
        await using var bench = await InsightBench.StartAsync();
        var user = FfcUser.Builder("zoë \"z\"").Name("Zoë").Email("z@example.org").Country("NL").Custom("plan", "pro").Custom("seats", 3).Build();
        bench.Client.TrackMetric(user, "opened");

        AssertSent(
            await SentAsync(bench),
            """
            [{"user":{"keyId":"zoë \"z\"","userName":"Zoë","email":"z@example.org","country":"NL",
                "customizedProperties":[{"name":"plan","value":"pro"},{"name":"seats","value":"3"}]},
              "metrics":[{"eventName":"opened","numericValue":1,"route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"}]}]
            """);
    }

    [Fact]
    public async Task Several_metrics_of_a_user_go_as_one_event()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Client.TrackMetrics(FfcUser.Builder("ada").Build(), new Dictionary<string, double> { ["clicks"] = 12, ["seconds"] = 0.25 });

        AssertSent(
            await SentAsync(bench),
            """
            [{"user":{"keyId":"ada","userName":"","email":"","country":"","customizedProperties":[]},
              "metrics":[
                {"eventName":"clicks","numericValue":12,"route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"},
                {"eventName":"seconds","numericValue":0.25,"route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"}]}]
            """);
    }

    [Fact]
    public async Task A_request_goes_to_the_track_route_and_bears_the_secret()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Evaluate(1);
        await SentAsync(bench);

        var request = Assert.Single(bench.Server.Requests);
        Assert.Equal("/api/public/track", request.Path);
        Assert.Equal(InsightBench.Secret, request.Headers["envSecret"]);
        Assert.Equal("ffc-dotnet-server-sdk/0.1.0", request.Headers["User-Agent"]);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_in_a_name_spoils_no_other_event()
    {
        await using var bench = await InsightBench.StartAsync();
        bench.Client.TrackMetric(FfcUser.Builder("ada").Name("x\ud800").Build(), "odd\udc00");
        bench.Evaluate(1);

        Assert.Equal(2, (await bench.Client.FlushAsync(TestContext.Current.CancellationToken)).Delivered);
        Assert.Equal(["ada", "user-0000001"], bench.Server.UserKeys);
    }

    private static async Task<byte[]> SentAsync(InsightBench bench)
    {
        await bench.Client.FlushAsync(TestContext.Current.CancellationToken);
        return Assert.Single(bench.Server.Requests).Body;
    }

    private static void AssertSent(byte[] actual, string expected)
    {
        // Member by member and in this order: as texts, once both are written alike.
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(Encoding.UTF8.GetString(actual))!.ToJsonString());
    }
}
