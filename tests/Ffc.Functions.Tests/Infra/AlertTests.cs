using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ffc.Sdk.Telemetry;

namespace Ffc.Functions.Tests.Infra;

/// <summary>What wakes people, and whom.</summary>
[Collection<InfrastructureTests>]
public sealed partial class AlertTests(Infrastructure infrastructure)
{
    [Fact]
    public void Readiness_is_asked_from_outside_and_alerted_on()
    {
        var probe = infrastructure.WithDefaults.Only("Microsoft.Insights/webtests");
        Assert.EndsWith("/api/health/ready", UrlOf(probe), StringComparison.Ordinal);
        Assert.Contains("Route = \"health/ready\"", Repository.DeployedSource, StringComparison.Ordinal);
        Assert.Equal(200, (int?)probe.At("properties", "ValidationRules", "ExpectedHttpStatusCode"));

        var criteria = infrastructure.WithDefaults.Only("Microsoft.Insights/metricAlerts").At("properties", "criteria")!;
        Assert.Equal(probe.Text("id"), criteria.Text("webTestId"));
        Assert.InRange((int)criteria["failedLocationCount"]!, 1, probe.At("properties", "Locations")!.AsArray().Count - 1);

        // The address is known only once the app is there: format('https://{0}/api/health/ready', …).
        static string UrlOf(JsonObject probe) => probe.Text("properties", "Request", "RequestUrl")!.Split('\'')[1];
    }

    [Theory]
    [InlineData("rejected-insights", "customMetrics", "ffc.insights.rejected")]
    [InlineData("lost-insights", "customMetrics", "ffc.insights.lost")]
    [InlineData("server-errors", "requests", "500 .. 599")]
    public void Logs_are_watched_for(string alert, string table, string sought)
    {
        var rule = Assert.Single(
            infrastructure.WithDefaults.OfType("Microsoft.Insights/scheduledQueryRules"),
            rule => rule.Text("name") == $"{alert}-abc");
        var criterion = Assert.Single(rule.At("properties", "criteria", "allOf")!.AsArray())!;

        Assert.StartsWith(table, criterion.Text("query")!.Trim(), StringComparison.Ordinal);
        Assert.Contains(sought, criterion.Text("query"), StringComparison.Ordinal);
        Assert.Equal("GreaterThan", criterion.Text("operator"));
        Assert.Contains("/Microsoft.Insights/components/", (string?)Assert.Single(rule.At("properties", "scopes")!.AsArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_that_are_watched_are_those_of_the_sdk()
    {
        var queries = string.Join('\n', infrastructure.WithDefaults.OfType("Microsoft.Insights/scheduledQueryRules")
            .Select(rule => rule.At("properties", "criteria", "allOf")![0]!.Text("query")));

        Assert.Equal(
            [Instruments.LostInsights.Name, Instruments.RejectedInsights.Name],
            MetricInQuery().Matches(queries).Select(match => match.Groups[1].Value).Order());
    }

    [Fact]
    public void A_probe_that_finds_the_app_not_ready_is_no_server_error_as_well()
    {
        var query = infrastructure.WithDefaults.OfType("Microsoft.Insights/scheduledQueryRules")
            .Single(rule => rule.Text("name") == "server-errors-abc")
            .At("properties", "criteria", "allOf")![0]!.Text("query");

        Assert.Contains("name != \"Ready\"", query, StringComparison.Ordinal);
        Assert.Contains("[Function(\"Ready\")]", Repository.DeployedSource, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_address_nobody_gets_mail()
    {
        Assert.Empty(infrastructure.WithDefaults.OfType("Microsoft.Insights/actionGroups"));
        Assert.All(Alerts(infrastructure.WithDefaults), alert => Assert.Empty(ActionGroups(alert)));
    }

    [Fact]
    public void With_an_address_every_alert_goes_there()
    {
        var group = infrastructure.WithEverything.Only("Microsoft.Insights/actionGroups");
        Assert.Equal("operators@example.com", Assert.Single(group.At("properties", "emailReceivers")!.AsArray())!.Text("emailAddress"));
        Assert.InRange(group.Text("properties", "groupShortName")!.Length, 1, 12);

        var alerts = Alerts(infrastructure.WithEverything).ToList();
        Assert.Equal(4, alerts.Count);
        Assert.All(alerts, alert => Assert.Equal(group.Text("id"), Assert.Single(ActionGroups(alert))));
    }

    [Fact]
    public void Every_alert_says_what_it_means_and_is_explained_to_operators()
    {
        var handbook = Repository.Read("docs/operations.md");

        Assert.All(Alerts(infrastructure.WithDefaults), alert =>
        {
            Assert.False(string.IsNullOrWhiteSpace(alert.Text("properties", "description")));
            Assert.Contains($"`{alert.Text("name")!.Replace("-abc", "", StringComparison.Ordinal)}`", handbook, StringComparison.Ordinal);
        });
    }

    private static IEnumerable<JsonObject> Alerts(IReadOnlyList<JsonObject> resources) =>
        [.. resources.OfType("Microsoft.Insights/metricAlerts"), .. resources.OfType("Microsoft.Insights/scheduledQueryRules")];

    private static IEnumerable<string?> ActionGroups(JsonObject alert) => alert.At("properties", "actions") switch
    {
        JsonArray actions => actions.Select(action => action!.Text("actionGroupId")),
        JsonObject actions => actions["actionGroups"]!.AsArray().Select(id => (string?)id),
        _ => [],
    };

    [GeneratedRegex("name == \"([^\"]+)\"")]
    private static partial Regex MetricInQuery();
}
