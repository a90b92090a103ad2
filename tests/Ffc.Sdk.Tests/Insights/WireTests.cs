using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ffc.Sdk.Tests.Insights;

public sealed class WireTests
{
    [Fact]
    public async Task An_evaluation_is_sent_as_one_event_per_flag_prerequisites_first_and_missing_values_empty()
    {
        await using var host = await InsightTestHost.StartAsync();
        var time = host.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        host.Client.Variation("needy", FfcUser.Builder("ada").Build(), "");

        AssertSent(
            await SentAsync(host),
            $$$"""
            [{"user":{"keyId":"ada","userName":"","email":"","country":"","customizedProperties":[]},
              "userVariations":[
                {"featureFlagKeyName":"needed","sendToExperiment":false,"timestamp":{{{time}}},
                 "variation":{"localId":1,"variationValue":"on","reason":"fall through all rules"}}]},
             {"user":{"keyId":"ada","userName":"","email":"","country":"","customizedProperties":[]},
              "userVariations":[
                {"featureFlagKeyName":"needy","sendToExperiment":true,"timestamp":{{{time}}},
                 "variation":{"localId":7,"variationValue":"{\"a\":1}","reason":"fall through all rules"}}]}]
            """);
    }

    [Fact]
    public async Task A_user_is_sent_with_all_properties()
    {
        await using var host = await InsightTestHost.StartAsync();
        var user = FfcUser.Builder("zoë \"z\"").Name("Zoë").Email("z@example.org").Country("NL")
            .Custom("plan", "pro").Custom("seats", 3).Build();
        host.Client.TrackMetric(user, "opened");

        AssertSent(
            await SentAsync(host),
            """
            [{"user":{"keyId":"zoë \"z\"","userName":"Zoë","email":"z@example.org","country":"NL",
                "customizedProperties":[{"name":"plan","value":"pro"},{"name":"seats","value":"3"}]},
              "metrics":[
                {"eventName":"opened","numericValue":1,
                 "route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"}]}]
            """);
    }

    [Theory]
    [InlineData("NAME,email,seats", "", "", "NL", "plan")]
    [InlineData("*", "Zoë", "z@example.org", "NL", "")]
    [InlineData("*,country", "Zoë", "z@example.org", "", "")]
    [InlineData("other", "Zoë", "z@example.org", "NL", "plan,seats")]
    public async Task Private_properties_are_neither_sent_nor_stored(
        string privateProperties, string name, string email, string country, string custom)
    {
        await using var host = await InsightTestHost.StartAsync(options =>
        {
            foreach (var property in privateProperties.Split(','))
                options.Insights.PrivateProperties.Add(property);
        });
        var user = FfcUser.Builder("zoë").Name("Zoë").Email("z@example.org").Country("NL")
            .Custom("plan", "pro").Custom("seats", 3).Build();
        await host.Server.StopAsync();
        host.Client.TrackMetric(user, "stored");
        host.Client.Variation("plain", user, "");
        await host.FlushAsync();
        var path = Assert.Single(InsightTestHost.Files(host.OutboxFolder));
        var packed = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var batch = InsightBatch.Unpack(packed, InsightTestHost.Environment, Path.GetFileName(path).Split('.')[0]);
        await host.Server.RestartAsync();
        await host.UntilAsync(() => host.Server.KeptEvents == 2);
        host.Client.TrackMetric(user, "sent");
        await host.FlushAsync();

        using var stored = JsonDocument.Parse(batch.Events);
        JsonElement[] events = [.. stored.RootElement.EnumerateArray(), .. host.Server.Events];
        Assert.Equal(5, events.Length);
        Assert.All(events, item =>
        {
            var sent = item.GetProperty("user");
            Assert.Equal(
                ("zoë", name, email, country),
                (sent.GetProperty("keyId").GetString(), sent.GetProperty("userName").GetString(),
                    sent.GetProperty("email").GetString(), sent.GetProperty("country").GetString()));
            var properties = sent.GetProperty("customizedProperties").EnumerateArray();
            Assert.Equal(custom, string.Join(',', properties.Select(property => property.GetProperty("name").GetString())));
        });
    }

    [Fact]
    public async Task TrackMetrics_sends_one_event()
    {
        await using var host = await InsightTestHost.StartAsync();
        var metrics = new Dictionary<string, double> { ["clicks"] = 12, ["seconds"] = 0.25 };
        host.Client.TrackMetrics(FfcUser.Builder("ada").Build(), metrics);

        AssertSent(
            await SentAsync(host),
            """
            [{"user":{"keyId":"ada","userName":"","email":"","country":"","customizedProperties":[]},
              "metrics":[
                {"eventName":"clicks","numericValue":12,
                 "route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"},
                {"eventName":"seconds","numericValue":0.25,
                 "route":"index/metric","type":"CustomEvent","appType":"dotnetserverside"}]}]
            """);
    }

    [Fact]
    public async Task A_request_is_sent_to_the_track_route_with_the_secret()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Evaluate(1);
        await SentAsync(host);

        var request = Assert.Single(host.Server.Requests);
        Assert.Equal("/api/public/track", request.Path);
        Assert.Equal(InsightTestHost.Secret, request.Headers["envSecret"]);
        Assert.Equal("ffc-dotnet-server-sdk/0.1.0", request.Headers["User-Agent"]);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
    }

    [Fact]
    public async Task An_unpaired_surrogate_in_a_name_affects_no_other_event()
    {
        await using var host = await InsightTestHost.StartAsync();
        host.Client.TrackMetric(FfcUser.Builder("ada").Name("x\ud800").Build(), "odd\udc00");
        host.Evaluate(1);

        Assert.Equal(2, (await host.Client.FlushAsync(TestContext.Current.CancellationToken)).Delivered);
        Assert.Equal(["ada", "user-0000001"], host.Server.UserKeys);
    }

    private static async Task<byte[]> SentAsync(InsightTestHost host)
    {
        await host.Client.FlushAsync(TestContext.Current.CancellationToken);
        return Assert.Single(host.Server.Requests).Body;
    }

    private static void AssertSent(byte[] actual, string expected)
    {
        // Compares the members and their order, but not the whitespace.
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(Encoding.UTF8.GetString(actual))!.ToJsonString());
    }
}
