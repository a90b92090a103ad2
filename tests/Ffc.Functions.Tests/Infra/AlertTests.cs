using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ffc.Functions.Observability;
using Ffc.Sdk;
using Ffc.Sdk.Telemetry;
using Ffc.Tests;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests the alerts and their e-mail receivers.</summary>
[Collection<InfrastructureTests>]
public sealed partial class AlertTests(Infrastructure infrastructure)
{
    /// <summary>
    /// The conditions of the alert as KQL and as C#. There is no KQL engine to run the query, so the test runs the C# conditions
    /// with recorded rows and checks that the query has exactly the KQL conditions.
    /// </summary>
    private static readonly (string Kql, Func<RequestRow, HashSet<string>, bool> Matches)[] ServerErrorConditions =
    [
        (
            "toint(resultCode) between (500 .. 599) and url !has \"/health/ready\"",
            (row, _) => row.ResultCode is >= 500 and <= 599 && !row.Url.Contains("/health/ready", StringComparison.Ordinal)),
        (
            """name == "Invoke" and success == false and operation_Id !in (calls)""",
            (row, calls) => row is { Name: "Invoke", Success: false } && !calls.Contains(row.Operation)),
    ];

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
    [InlineData("stale-flags", "customMetrics", "ffc.data.age")]
    [InlineData("insights-refused", "customMetrics", "ffc.insights.refused")]
    [InlineData("outbox-not-drained", "customMetrics", "ffc.insights.outbox.batches")]
    [InlineData("rejected-insights", "customMetrics", "ffc.insights.rejected")]
    [InlineData("lost-insights", "customMetrics", "ffc.insights.lost")]
    [InlineData("server-errors", "let calls = requests", "500 .. 599")]
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
    public void Alert_queries_use_metrics_that_the_app_exports()
    {
        var exported = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => exported.Add(instrument.Name) };
        listener.Start();
        using var client = new FfcClient(new FfcOptions { Offline = true });
        using var metrics = new InstanceMetrics(client, TimeProvider.System);
        RuntimeHelpers.RunClassConstructor(typeof(Instruments).TypeHandle);

        var used = Queries().SelectMany(query => MetricInQuery().Matches(query.Value))
            .Select(match => match.Value.Trim('"')).ToList();

        Assert.NotEmpty(used);
        Assert.Subset(exported.ToHashSet(), used.ToHashSet());
    }

    // Rows as Application Insights had them for the published app on a Functions host.
    [Theory]
    [InlineData(0, "a normal call", "POST /api/evaluate/a|https://f/api/evaluate/a|200|true|1", "Invoke||0|true|1")]
    [InlineData(0, "bad input", "POST /api/evaluate/a|https://f/api/evaluate/a|400|true|1", "Invoke||0|true|1")]
    [InlineData(0, "a caller that disconnects", "POST /api/track|https://f/api/track|499|false|1", "Invoke||0|false|1")]
    [InlineData(0, "an app without flags", "GET /api/health/ready|https://f/api/health/ready|503|false|1", "Invoke||0|true|1")]
    [InlineData(1, "an unavailable app", "POST /api/evaluate/a|https://f/api/evaluate/a|503|false|1", "Invoke||0|true|1")]
    [InlineData(1, "a failed call", "POST /api/track|https://f/api/track|500|false|1", "Invoke||0|false|1")]
    [InlineData(0, "a timer run", "Invoke||0|true|1")]
    [InlineData(1, "a failed timer run", "Invoke||0|false|1")]
    [InlineData(1, "both", "POST /api/track|https://f/api/track|499|false|1", "Invoke||0|false|1", "Invoke||0|false|2")]
    public void Server_error_alert_counts_5xx_responses_and_failed_timer_runs(
        int failed, string description, params string[] rows)
    {
        List<RequestRow> requests = [.. rows.Select(RequestRow.Parse)];
        var calls = requests.Where(row => row.Url.Length > 0).Select(row => row.Operation).ToHashSet();

        var counted = requests.Count(row => ServerErrorConditions.Any(condition => condition.Matches(row, calls)));

        Assert.Equal((description, failed), (description, counted));
        var conditions = string.Join(" or ", ServerErrorConditions.Select(condition => condition.Kql));
        Assert.Equal(
            "let calls = requests | where isnotempty(url) | distinct operation_Id; "
            + $"requests | where {conditions} | summarize Failed = sum(itemCount) | where Failed > 0",
            string.Join(' ', Queries()["server-errors"].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
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
        Assert.Equal(8, alerts.Count);
        Assert.All(alerts, alert => Assert.Equal(group.Text("id"), Assert.Single(ActionGroups(alert))));
    }

    // An operator reads only the section of the alert that fired.
    [Fact]
    public void Every_alert_has_a_description_and_a_section_with_the_commands_that_it_needs()
    {
        var sections = Repository.Read("docs/operations.md").Split("\n### ");

        Assert.All(Alerts(infrastructure.WithDefaults), alert =>
        {
            Assert.False(string.IsNullOrWhiteSpace(alert.Text("properties", "description")));
            var name = alert.Text("name")!.Replace("-abc", "", StringComparison.Ordinal);
            var section = Assert.Single(sections, section => section.StartsWith($"`{name}`\n", StringComparison.Ordinal));
            Assert.Matches("```(shell|kusto)\n", section);
        });
    }

    private Dictionary<string, string> Queries() =>
        infrastructure.WithDefaults.OfType("Microsoft.Insights/scheduledQueryRules").ToDictionary(
            rule => rule.Text("name")!.Replace("-abc", "", StringComparison.Ordinal),
            rule => rule.At("properties", "criteria", "allOf")![0]!.Text("query")!);

    private static IEnumerable<JsonObject> Alerts(IReadOnlyList<JsonObject> resources) =>
        [.. resources.OfType("Microsoft.Insights/metricAlerts"), .. resources.OfType("Microsoft.Insights/scheduledQueryRules")];

    private static IEnumerable<string?> ActionGroups(JsonObject alert) => alert.At("properties", "actions") switch
    {
        JsonArray actions => actions.Select(action => action!.Text("actionGroupId")),
        JsonObject actions => actions["actionGroups"]!.AsArray().Select(id => (string?)id),
        _ => [],
    };

    [GeneratedRegex("\"ffc[^\"]+\"")]
    private static partial Regex MetricInQuery();

    /// <summary>A row of the table requests: name|url|resultCode|success|operation.</summary>
    private sealed record RequestRow(string Name, string Url, int ResultCode, bool Success, string Operation)
    {
        public static RequestRow Parse(string text)
        {
            var cells = text.Split('|');
            return new(cells[0], cells[1], int.Parse(cells[2], CultureInfo.InvariantCulture), bool.Parse(cells[3]), cells[4]);
        }
    }
}
