using Ffc.DevServer;
using Ffc.Functions.Api;
using Ffc.Functions.Observability;
using Ffc.Functions.Triggers;
using Ffc.Sdk;
using Ffc.Tests;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Functions.Tests.Observability;

/// <summary>The readiness of an instance with flags whose stream goes away, with a real server and a fake clock.</summary>
public sealed class DataFreshnessTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task An_instance_is_degraded_after_two_minutes_without_a_stream()
    {
        var server = await FfcDevServer.StartAsync(
            new DevServerOptions { Urls = "http://127.0.0.1:0", TimeProvider = _clock }, TestContext.Current.CancellationToken);
        await using var client = new FfcClient(new FfcOptions
        {
            EnvSecret = server.EnvSecret,
            StreamingUri = server.StreamingUri,
            EventsUri = server.BaseUri,
            TimeProvider = _clock,
        });
        await Eventually.Holds(() => client.UpdateStatusProvider.Status.State == UpdateState.Ok);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(("ready", "stream", null, null), Describe(client));
        Assert.Equal(TimeSpan.Zero, DataFreshness.Age(client, _clock));

        await server.DisposeAsync();
        await Eventually.Holds(() => client.UpdateStatusProvider.Status.State != UpdateState.Ok);
        Assert.Equal("ready", Describe(client).Status);

        _clock.Advance(TimeSpan.FromSeconds(121));
        var (status, source, age, stream) = Describe(client);
        Assert.Equal(("degraded", "stream", 121.0), (status, source, age));
        Assert.StartsWith("The stream has been away for 2 min 1 s: ", stream, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_that_never_had_a_stream_is_degraded_after_two_minutes()
    {
        await using var client = new FfcClient(new FfcOptions
        {
            EnvSecret = DevServerOptions.DevelopmentSecret,
            StreamingUri = new Uri("ws://127.0.0.1:1"),
            Bootstrap = Sdk.Tests.TestData.MessageJson.Full(),
            TimeProvider = _clock,
        });
        Assert.Equal("ready", Describe(client).Status);

        _clock.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(("degraded", 180.0), (Describe(client).Status, Describe(client).Age));
    }

    [Fact]
    public async Task An_offline_instance_is_never_degraded()
    {
        await using var client = new FfcClient(new FfcOptions
        {
            Offline = true,
            Bootstrap = Sdk.Tests.TestData.MessageJson.Full(),
            TimeProvider = _clock,
        });

        _clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(("ready", "bootstrap", null, null), Describe(client));
        Assert.Equal(TimeSpan.Zero, DataFreshness.Age(client, _clock));
    }

    private (string Status, string? Source, double? Age, string? Stream) Describe(FfcClient client)
    {
        var result = Assert.IsType<JsonHttpResult<HealthBody>>(new Ready(client, _clock).Run(null!));
        var body = result.Value!;
        return (body.Status, body.Source, body.DataAgeSeconds, body.Stream);
    }
}
