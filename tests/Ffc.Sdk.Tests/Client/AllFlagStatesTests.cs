using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Client;

public sealed class AllFlagStatesTests
{
    [Fact]
    public async Task GetAllFlags_evaluates_every_flag_and_sends_no_event()
    {
        var events = new RecordedInsights();
        await using var client = ClientWithThreeFlags(events);
        var all = client.GetAllFlags(Clients.User());

        Assert.Equal((true, EvaluationError.None, 9L), (all.Success, all.Error, all.DataVersion));
        Assert.Equal(["a", "gate", "off"], all.Keys);
        Assert.Equal(
            ["a 3 v3 target match", "gate 1 on fall through all rules", "off 2 off flag off"],
            all.States.Select(state => $"{state.FlagKey} {state.VariationId} {state.Value} {state.Reason}"));
        Assert.All(all.States, state => Assert.Equal(
            (true, EvaluationError.None, $"Name of {state.FlagKey}"), (state.Success, state.Error, state.FlagName)));
        Assert.Empty(events.TakeAll());
    }

    [Fact]
    public async Task Get_returns_one_result_and_sends_its_events_each_time()
    {
        var events = new RecordedInsights();
        await using var client = ClientWithThreeFlags(events);
        var all = client.GetAllFlags(Clients.User());

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(all.States[0], all.Get("a"));
            Assert.Equal(["gate", "a"], events.TakeAll().Select(item => item.Result.FlagKey));
            Assert.Equal(all.States[2], all.Get("off"));
            Assert.Equal(["off"], events.TakeAll().Select(item => item.Result.FlagKey));
        }
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("A")] // keys are case-sensitive
    [InlineData("")]
    public async Task Get_returns_null_and_sends_no_event_when_the_flag_is_unknown(string key)
    {
        var events = new RecordedInsights();
        await using var client = ClientWithThreeFlags(events);

        Assert.Null(client.GetAllFlags(Clients.User()).Get(key));
        Assert.Empty(events.TakeAll());
    }

    [Fact]
    public async Task Get_throws_when_the_key_is_null()
    {
        await using var client = Clients.Offline(new FlagJson("a"));
        await using var notReady = new FfcClient(new FfcOptions { Offline = true });

        Assert.Throws<ArgumentNullException>("key", () => client.GetAllFlags(Clients.User()).Get(null!));
        Assert.Throws<ArgumentNullException>("key", () => notReady.GetAllFlags(Clients.User()).Get(null!));
    }

    [Theory]
    [InlineData(false, true, EvaluationError.ClientNotReady)]
    [InlineData(false, false, EvaluationError.ClientNotReady)]
    [InlineData(true, false, EvaluationError.UserNotSpecified)]
    public async Task GetAllFlags_returns_no_results_when_there_is_an_error(bool ready, bool withUser, EvaluationError error)
    {
        await using var client = ready ? Clients.Offline(new FlagJson("a")) : new FfcClient(new FfcOptions { Offline = true });
        var all = client.GetAllFlags(withUser ? Clients.User() : null);

        Assert.Equal((false, error, 0L), (all.Success, all.Error, all.DataVersion));
        Assert.Empty(all.Keys);
        Assert.Empty(all.States);
        Assert.Null(all.Get("a"));
    }

    private static FfcClient ClientWithThreeFlags(RecordedInsights events) => Clients.Offline(
        events,
        new FlagJson("a").Requires("gate").Targets(3, "ada"),
        new FlagJson("gate", version: 9),
        new FlagJson("off").Disabled());
}
