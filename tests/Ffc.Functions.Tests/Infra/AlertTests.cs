using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ffc.Sdk.Telemetry;
using Ffc.Tests;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests the alerts and their e-mail receivers.</summary>
[Collection<InfrastructureTests>]
public sealed partial class AlertTests(Infrastructure infrastructure)
{
    [Fact]
    public void Readiness_is_probed_over_the_public_route_and_fires_an_alert()
    {
        var probe = infrastructure.WithDefaults.Only("Microsoft.Insights/webtests");
        Assert.EndsWith("/api/health/ready", UrlOf(probe), StringComparison.Ordinal);
        Assert.Contains("Route = \"health/ready\"", DeployedSource.Text, StringComparison.Ordinal);
        Assert.Equal(200, (int?)probe.At("properties", "ValidationRules", "ExpectedHttpStatusCode"));

        var criteria = infrastructure.WithDefaults.Only("Microsoft.Insights/metricAlerts").At("properties", "criteria")!;
        Assert.Equal(probe.Text("id"), criteria.Text("webTestId"));
        Assert.InRange((int)criteria["failedLocationCount"]!, 1, probe.At("properties", "Locations")!.AsArray().Count - 1);

        // The address is known only after the app is created: format('https://{0}/api/health/ready', …).
        static string UrlOf(JsonObject probe) => probe.Text("properties", "Request", "RequestUrl")!.Split('\'')[1];
    }

    [Theory]
    [InlineData("stream-refused", "customMetrics", "ffc.sync.refusals")]
    [InlineData("rejected-insights", "customMetrics", "ffc.insights.rejected")]
    [InlineData("lost-insights", "customMetrics", "ffc.insights.lost")]
    [InlineData("server-errors", "requests", "500 .. 599")]
    public void Log_alert_queries_its_table(string alert, string table, string expected)
    {
        var rule = Assert.Single(
            infrastructure.WithDefaults.OfType("Microsoft.Insights/scheduledQueryRules"),
            rule => rule.Text("name") == $"{alert}-abc");
        var criterion = Assert.Single(rule.At("properties", "criteria", "allOf")!.AsArray())!;

        Assert.StartsWith(table, criterion.Text("query")!.Trim(), StringComparison.Ordinal);
        Assert.Contains(expected, criterion.Text("query"), StringComparison.Ordinal);
        Assert.Equal("GreaterThan", criterion.Text("operator"));
        Assert.Contains(
            "/Microsoft.Insights/components/",
            (string?)Assert.Single(rule.At("properties", "scopes")!.AsArray()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Alert_queries_use_metric_names_of_the_SDK()
    {
        var queries = string.Join('\n', infrastructure.WithDefaults.OfType("Microsoft.Insights/scheduledQueryRules")
            .Select(rule => rule.At("properties", "criteria", "allOf")![0]!.Text("query")));

        Assert.Equal(
            [Instruments.LostInsights.Name, Instruments.RejectedInsights.Name, Instruments.Refusals.Name],
            MetricInQuery().Matches(queries).Select(match => match.Groups[1].Value).Order());
    }

    [Fact]
    public void Server_error_alert_ignores_the_readiness_probe()
    {
        var query = infrastructure.WithDefaults.OfType("Microsoft.Insights/scheduledQueryRules")
            .Single(rule => rule.Text("name") == "server-errors-abc")
            .At("properties", "criteria", "allOf")![0]!.Text("query");

        Assert.Contains("name != \"Ready\"", query, StringComparison.Ordinal);
        Assert.Contains("[Function(\"Ready\")]", DeployedSource.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_alert_sends_mail_when_no_address_is_set()
    {
        Assert.Empty(infrastructure.WithDefaults.OfType("Microsoft.Insights/actionGroups"));
        Assert.All(Alerts(infrastructure.WithDefaults), alert => Assert.Empty(ActionGroups(alert)));
    }

    [Fact]
    public void Every_alert_sends_mail_when_an_address_is_set()
    {
        var group = infrastructure.WithEverything.Only("Microsoft.Insights/actionGroups");
        Assert.Equal(
            "operators@example.com",
            Assert.Single(group.At("properties", "emailReceivers")!.AsArray())!.Text("emailAddress"));
        Assert.InRange(group.Text("properties", "groupShortName")!.Length, 1, 12);

        var alerts = Alerts(infrastructure.WithEverything).ToList();
        Assert.Equal(5, alerts.Count);
        Assert.All(alerts, alert => Assert.Equal(group.Text("id"), Assert.Single(ActionGroups(alert))));
    }

    [Fact]
    public void Every_alert_has_a_description_and_a_section_in_the_operations_page()
    {
        var operationsPage = Repository.Read("docs/operations.md");

        Assert.All(Alerts(infrastructure.WithDefaults), alert =>
        {
            Assert.False(string.IsNullOrWhiteSpace(alert.Text("properties", "description")));
            Assert.Contains(
                $"`{alert.Text("name")!.Replace("-abc", "", StringComparison.Ordinal)}`",
                operationsPage, StringComparison.Ordinal);
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
