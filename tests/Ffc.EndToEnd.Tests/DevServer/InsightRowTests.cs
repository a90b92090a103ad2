using System.Text.Json;
using Ffc.DevServer.Dashboard;
using Ffc.DevServer.Insights;
using Ffc.DevServer.Servers;
using Ffc.Sdk;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>Received events as rows of the page "Live".</summary>
public class InsightRowTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("flags.json", "rule match")]
    [InlineData("featbit-flags.json", "")]
    public async Task The_events_of_a_client_are_rows_with_the_same_user(string sample, string reason)
    {
        await using var test = await TestServer.StartAsync(
            await File.ReadAllTextAsync(Repository.PathOf($"samples/{sample}"), Token));
        await using (var client = await FfcClient.StartAsync(
            new FfcOptions
            {
                EnvSecret = test.Server.EnvSecret,
                StreamingUri = test.Server.StreamingUri,
                EventsUri = test.Server.BaseUri,
            },
            Token))
        {
            var user = FfcUser.Builder("u").Name("U").Email("u@example.com").Country("FR").Custom("plan", "pro").Build();
            client.Variation("new-checkout", user, false);
            client.TrackMetric(user, "orders", 2.5);
            await client.FlushAsync(Token);
        }

        var rows = test.Server.InsightsLog.Read(10).Events
            .SelectMany(item => InsightRow.Read(item, test.Server.Protocol)).ToList();

        Assert.Equal(
            [("u", "new-checkout", "true", reason, false), ("u", "orders", "2.5", "", true)],
            rows.Select(row => (row.UserKey, row.Name, row.Value, row.Reason, row.IsMetric)));
        foreach (var row in rows)
        {
            var user = FfcUser.FromJson(row.ReadUser());
            Assert.Equal(("u", "U", "u@example.com", "FR"), (user.Key, user.Name, user.Email, user.Country));
            Assert.Equal("pro", Assert.Single(user.Custom).Value);
        }
    }

    [Fact]
    public void A_custom_property_does_not_replace_a_property_of_the_user()
    {
        var received = ReceivedEvent.Create(DateTimeOffset.UnixEpoch, JsonElement.Parse("""
            {"user":{"keyId":"u","userName":"U","customizedProperties":[
              {"name":"key","value":"other"},{"name":"name","value":"other"},{"name":"plan","value":"pro"}]},"metrics":[{}]}
            """));

        var row = Assert.Single(InsightRow.Read(received, new FfcDevProtocol()));

        Assert.Equal("""{"key":"u","name":"U","plan":"pro"}""", row.ReadUser());
    }

    [Theory]
    [InlineData("""{"user":7,"userVariations":[7,{"variation":[]}],"metrics":{} }""", 2)]
    [InlineData("""{"userVariations":{},"metrics":[null,{"eventName":[1],"numericValue":"x"}]}""", 2)]
    [InlineData("""{"user":{"keyId":"u","customizedProperties":[1,{"name":2},{"value":"x"}]},"metrics":[{}]}""", 1)]
    [InlineData("{}", 0)]
    public void Events_of_another_form_are_shown_as_far_as_possible(string json, int count)
    {
        var received = ReceivedEvent.Create(DateTimeOffset.UnixEpoch, JsonElement.Parse(json));

        var rows = InsightRow.Read(received, new FfcDevProtocol()).ToList();

        Assert.Equal(count, rows.Count);
        Assert.All(rows, row => Assert.StartsWith("{", row.ReadUser(), StringComparison.Ordinal));
    }
}
