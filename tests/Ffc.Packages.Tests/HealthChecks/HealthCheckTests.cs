using Ffc.Sdk;
using Ffc.Sdk.Tests.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ffc.Packages.Tests.HealthChecks;

public sealed class HealthCheckTests : StreamTest
{
    [Fact]
    public async Task A_client_is_unhealthy_without_data_and_healthy_with_data()
    {
        var client = Connect();
        await using var services = Services(client);
        var connection = await Server.AcceptAsync();
        var without = await CheckAsync(services);
        await connection.AnswerAsync(MessageJson.Full(new FlagJson("a", version: 7)));
        await WaitForStateAsync(client, UpdateState.Ok);
        var with = await CheckAsync(services);

        Assert.Equal(HealthStatus.Unhealthy, without.Status);
        Assert.Equal("There is no flag data yet (client not ready, state Initializing).", without.Description);
        Assert.Equal(HealthStatus.Healthy, with.Status);
        Assert.Equal(("stream", 7L), (with.Data["source"], with.Data["version"]));
    }

    [Fact]
    public async Task An_interrupted_stream_is_healthy_and_a_refused_one_is_degraded()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await using var services = Services(client);
        connection.Abort();
        await WaitForStateAsync(client, UpdateState.Interrupted);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(services)).Status);

        await Clock.PassRetryDelayAsync();
        await (await Server.AcceptAsync()).CloseAsync(4003);
        await WaitForStateAsync(client, UpdateState.Off);
        var refused = await CheckAsync(services);

        Assert.Equal(HealthStatus.Degraded, refused.Status);
        Assert.StartsWith("Flag data is not updated: ", refused.Description, StringComparison.Ordinal);
        Assert.Contains("4003", refused.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_is_away_for_two_minutes_is_degraded()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a"));
        await using var services = Services(client);
        connection.Abort();
        await WaitForStateAsync(client, UpdateState.Interrupted);
        await Server.DisposeAsync();
        Clock.Advance(TimeSpan.FromMinutes(2.5));
        var result = await CheckAsync(services);

        Assert.Equal(HealthStatus.Degraded, result.Status);
        const string Problem = "Flag data is not updated: The stream has been away for 2 min 30 s";
        Assert.StartsWith(Problem, result.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_insights_are_degraded()
    {
        await using var server = await LoopbackServer.StartAsync(app => app.MapFallback(() => TypedResults.Unauthorized()));
        await using var client = new FfcClient(Options(options =>
            (options.EventsUri, options.Bootstrap) = (server.Uri, MessageJson.Full(new FlagJson("a")))));
        await using var services = Services(client);
        client.Variation("a", Clients.User(), "");
        await client.FlushAsync(Cancellation);
        var result = await CheckAsync(services);

        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.StartsWith("Insights are not delivered: ", result.Description, StringComparison.Ordinal);
        Assert.Equal("bootstrap", result.Data["source"]);
    }

    [Fact]
    public async Task Name_tags_and_failure_status_are_those_of_the_registration()
    {
        await using var client = new FfcClient(new FfcOptions { Offline = true });
        await using var services = Services(client, checks => checks.AddFfc("flags", HealthStatus.Degraded, ["ready"]));
        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);

        var (name, entry) = Assert.Single(report.Entries);
        Assert.Equal(("flags", HealthStatus.Degraded), (name, entry.Status));
        Assert.Equal(["ready"], entry.Tags);
    }

    [Fact]
    public async Task Each_client_with_a_key_has_its_own_health_check()
    {
        var services = new ServiceCollection().AddLogging().AddFfc(new TestFlags());
        services.AddFfc("eu", options => options.Offline = true);
        services.AddHealthChecks().AddFfc().AddFfc(serviceKey: "eu");
        await using var provider = services.BuildServiceProvider();
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);

        Assert.Equal(HealthStatus.Healthy, report.Entries["ffc"].Status);
        Assert.Equal(HealthStatus.Unhealthy, report.Entries["ffc-eu"].Status);
    }

    private ServiceProvider Services(IFfcClient client, Action<IHealthChecksBuilder>? add = null)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(client).AddSingleton<TimeProvider>(Clock);
        (add ?? (checks => checks.AddFfc()))(services.AddHealthChecks());
        return services.BuildServiceProvider();
    }

    private static async Task<HealthReportEntry> CheckAsync(ServiceProvider services)
    {
        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);
        return report.Entries["ffc"];
    }
}
