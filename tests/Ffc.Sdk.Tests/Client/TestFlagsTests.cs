using System.Text.Json;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Sdk.Tests.Client;

public sealed class TestFlagsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_flag_has_the_value_that_is_set_in_its_type()
    {
        var client = new TestFlags()
            .Set("bool", true).Set("int", 5).Set("double", 0.25).Set("decimal", 1.50m).Set("text", "hello")
            .Set("json", new Limits(3, ["a"])).Set("element", JsonSerializer.SerializeToElement(new[] { 1 })).Client;
        var user = Clients.User();

        Assert.True(client.Initialized);
        Assert.True(client.Variation("bool", user, false));
        Assert.True(client.IsEnabled("bool", user));
        Assert.Equal(5, client.Variation("int", user, 0));
        Assert.Equal(0.25, client.Variation("double", user, 0d));
        Assert.Equal(1.50m, client.Variation("decimal", user, 0m));
        Assert.Equal("hello", client.Variation("text", user, ""));
        Assert.Equal(3, client.Variation("json", user, new Limits(0, [])).Max);
        Assert.Equal(1, client.Variation("element", user, default(JsonElement))[0].GetInt32());
        Assert.Equal("default", client.Variation("other", user, "default"));
    }

    [Fact]
    public void A_user_can_have_another_value()
    {
        var flags = new TestFlags().Set("a", 1).SetFor("ada", "a", 2).SetFor("bob", "a", 3).Set("a", 4);

        Assert.Equal(
            (2, 3, 4),
            (flags.Client.Variation("a", Clients.User("ada"), 0), flags.Client.Variation("a", Clients.User("bob"), 0),
                flags.Client.Variation("a", Clients.User("eve"), 0)));
        Assert.Throws<InvalidOperationException>(() => flags.SetFor("ada", "unknown", 1));
    }

    [Fact]
    public void A_change_takes_effect_immediately_and_raises_FlagsChanged_with_the_key()
    {
        var flags = new TestFlags().Set("a", true).Set("b", true);
        var changed = new List<string>();
        flags.Client.FlagsChanged += (_, e) => changed.AddRange(e.Keys);

        flags.Set("a", false);
        Assert.False(flags.Client.Variation("a", Clients.User(), true));
        flags.Remove("b").Remove("b");
        Assert.False(flags.Client.IsFlagKnown("b"));
        flags.Set("b", "again");

        Assert.Equal("again", flags.Client.Variation("b", Clients.User(), ""));
        Assert.Equal(["a", "b", "b"], changed);
    }

    [Fact]
    public async Task Recorded_metrics_and_evaluated_flags_can_be_read()
    {
        var flags = new TestFlags().Set("a", true);
        var ada = Clients.User();
        flags.Client.Variation("a", ada, false);
        flags.Client.Variation("unknown", ada, false);
        flags.Client.TrackMetric(ada, "checkout", 49.9);
        Assert.True(await flags.Client.TryTrackAsync(ada, [new("clicks", 1), new("scrolls", 2)], Cancellation));

        Assert.Equal(["a"], flags.EvaluatedFlags);
        Assert.Equal(
            [(ada, "checkout", 49.9), (ada, "clicks", 1), (ada, "scrolls", 2)],
            flags.TrackedMetrics.Select(metric => (metric.User, metric.EventName, metric.NumericValue)));
    }

    [Fact]
    public async Task The_client_of_a_test_replaces_the_clients_of_the_app_and_the_host_starts_none()
    {
        var (flags, eu) = (new TestFlags().Set("a", "test"), new TestFlags().Set("a", "eu"));
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);

        // Without a secret, the clients of the app could not start.
        builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"));
        builder.Services.AddFfc("eu", builder.Configuration.GetSection("FfcEu"));
        builder.Services.AddFfc(flags).AddFfc("eu", eu);
        using var host = builder.Build();
        await host.StartAsync(Cancellation);
        await host.StopAsync(Cancellation);

        Assert.Same(flags.Client, Assert.Single(host.Services.GetServices<IFfcClient>()));
        Assert.Same(flags.Client, host.Services.GetRequiredService<FfcClient>());
        Assert.Same(eu.Client, host.Services.GetRequiredKeyedService<IFfcClient>("eu"));
        Assert.Equal("test", flags.Client.Variation("a", Clients.User(), ""));
    }

    [Fact]
    public void A_client_of_the_app_after_the_client_of_a_test_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddFfc(new TestFlags()).AddFfc(_ => { }));

    private sealed record Limits(int Max, string[] Names);
}
