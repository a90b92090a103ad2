using System.Text;
using System.Text.Json.Nodes;
using Ffc.Sdk.Tests.Insights;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.FeatBit;

public sealed class InsightsTests
{
    [Fact]
    public async Task An_evaluation_is_sent_in_the_format_of_the_server()
    {
        await using var host = await StartAsync();
        var user = FfcUser.Builder("zoë").Name("Zoë").Email("z@example.org").Country("NL")
            .Custom("plan", "pro").Custom("country", "BE").Custom("Email", "other").Custom("keyId", "no").Build();
        host.Client.Variation("f", user, "");

        AssertSent(
            await SentAsync(host),
            $$$"""
            [{"user":{"keyId":"zoë","name":"Zoë","customizedProperties":[
                {"name":"plan","value":"pro"},{"name":"country","value":"BE"},{"name":"Email","value":"other"},
                {"name":"email","value":"z@example.org"}]},
              "variations":[{"featureFlagKey":"f","sendToExperiment":true,"timestamp":{{{Now(host)}}},
                "variation":{"id":"id-on","value":"on"}}]}]
            """);
    }

    [Theory]
    [InlineData("name", "", "plan,country,Email,email")]
    [InlineData("plan", "Zoë", "country,Email,email")]
    [InlineData("email", "Zoë", "plan,country")]
    [InlineData("country", "Zoë", "plan,Email,email")]
    [InlineData("*", "Zoë", "email")]
    [InlineData("*,name,email,country", "", "")]
    public async Task Private_properties_are_not_sent(string privateProperties, string name, string properties)
    {
        await using var host = await InsightTestHost.StartAsync(options =>
        {
            UseFeatBit(options);
            foreach (var property in privateProperties.Split(','))
                options.Insights.PrivateProperties.Add(property);
        });
        var user = FfcUser.Builder("zoë").Name("Zoë").Email("z@example.org").Country("NL")
            .Custom("plan", "pro").Custom("country", "BE").Custom("Email", "other").Build();
        host.Client.Variation("f", user, "");

        var sent = JsonNode.Parse((await SentAsync(host)).Body)![0]!["user"]!;
        Assert.Equal(
            ("zoë", name, properties),
            ((string?)sent["keyId"], (string?)sent["name"],
                string.Join(',', sent["customizedProperties"]!.AsArray().Select(property => (string?)property!["name"]))));
    }

    [Fact]
    public async Task Metrics_are_sent_with_their_time()
    {
        await using var host = await StartAsync();
        host.Client.TrackMetrics(FfcUser.Builder("ada").Build(), new Dictionary<string, double> { ["a"] = 1, ["b"] = 2.5 });

        AssertSent(
            await SentAsync(host),
            $$$"""
            [{"user":{"keyId":"ada","name":"","customizedProperties":[]},"metrics":[
                {"eventName":"a","numericValue":1,"route":"index/metric","type":"CustomEvent","appType":"dotnet-server-side",
                 "timestamp":{{{Now(host)}}}},
                {"eventName":"b","numericValue":2.5,"route":"index/metric","type":"CustomEvent","appType":"dotnet-server-side",
                 "timestamp":{{{Now(host)}}}}]}]
            """);
    }

    [Fact]
    public async Task A_request_is_sent_to_the_track_route_with_the_bare_secret()
    {
        await using var host = await StartAsync();
        host.Client.TrackMetric(FfcUser.Builder("ada").Build(), "a");
        var request = await SentAsync(host);

        Assert.Equal("/api/public/insight/track", request.Path);
        Assert.Equal(Clients.FeatBitSecret, request.Headers["Authorization"]);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.StartsWith("ffc-dotnet-server-sdk/", request.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.False(request.Headers.ContainsKey("envSecret"));
    }

    [Fact]
    public async Task A_batch_in_the_outbox_is_marked_and_is_not_sent_to_another_kind_of_server()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync(configure: UseFeatBit);
        var own = new InsightBatch("a", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", 1, "[{}]"u8.ToArray()) { Server = "featbit" };
        var foreign = new InsightBatch("b", own.Environment, 1, "[{}]"u8.ToArray());
        Assert.Equal(("featbit", "ffc"), (Repacked(own).Server, Repacked(foreign).Server));
        await host.Outbox.PutAsync(own, TestContext.Current.CancellationToken);
        await host.Outbox.PutAsync(foreign, TestContext.Current.CancellationToken);

        var drained = await host.DrainAsync();

        Assert.Equal((1, 1), (drained.Delivered, drained.Rejected));
        Assert.Single(host.Server.Requests);

        static InsightBatch Repacked(InsightBatch batch) => InsightBatch.Unpack(batch.Pack(), batch.Environment, batch.Id);
    }

    private static Task<InsightTestHost> StartAsync() => InsightTestHost.StartAsync(UseFeatBit);

    private static void UseFeatBit(FfcOptions options)
    {
        options.EnvSecret = Clients.FeatBitSecret;
        options.Bootstrap = MessageJson.Full(new FeatBitFlagJson("f").Set("exptIncludeAllTargets", true));
    }

    private static long Now(InsightTestHost host) => host.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static async Task<TrackRequest> SentAsync(InsightTestHost host)
    {
        await host.Client.FlushAsync(TestContext.Current.CancellationToken);
        return Assert.Single(host.Server.Requests);
    }

    private static void AssertSent(TrackRequest request, string expected)
    {
        var sent = Encoding.UTF8.GetString(request.Body);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(sent)), sent);
    }
}
