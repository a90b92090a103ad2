using Ffc.Sdk.Insights;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Client;

/// <summary>Results and events of <c>Variation</c>, <c>VariationDetail</c>, <c>IsEnabled</c> and <c>IsFlagKnown</c>.</summary>
public sealed class VariationTests
{
    [Theory]
    [InlineData(false, "a", true, EvaluationError.ClientNotReady, "client not ready")]
    [InlineData(false, "a", false, EvaluationError.ClientNotReady, "client not ready")]
    [InlineData(false, "unknown", true, EvaluationError.ClientNotReady, "client not ready")]
    [InlineData(true, "unknown", true, EvaluationError.FlagNotFound, "flag not found")]
    [InlineData(true, "unknown", false, EvaluationError.FlagNotFound, "flag not found")]
    [InlineData(true, "A", true, EvaluationError.FlagNotFound, "flag not found")] // keys are case-sensitive
    [InlineData(true, "", true, EvaluationError.FlagNotFound, "flag not found")]
    [InlineData(true, null, true, EvaluationError.FlagNotFound, "flag not found")]
    [InlineData(true, "a", false, EvaluationError.UserNotSpecified, "user not specified")]
    public async Task VariationDetail_returns_the_default_and_sends_no_event_when_there_is_an_error(
        bool ready, string? key, bool withUser, EvaluationError error, string reason)
    {
        var events = new RecordedInsights();
        await using var client = ready
            ? Clients.Offline(events, new FlagJson("a"))
            : new FfcClient(new FfcOptions { Offline = true }, events);
        var user = withUser ? Clients.User() : null;
        var defaultValue = new object();
        var state = client.VariationDetail(key!, user, defaultValue);

        Assert.Same(defaultValue, state.Value);
        Assert.Equal((false, error, reason), (state.Success, state.Error, state.Reason));
        Assert.Equal((null, key ?? "", null), (state.VariationId, state.FlagKey, state.FlagName));
        Assert.Equal("d", client.Variation(key!, user, "d"));
        Assert.Empty(events.TakeAll());
    }

    [Fact]
    public async Task VariationDetail_returns_the_data_version_and_whether_the_rollout_is_split()
    {
        await using var client = Clients.Offline(
            new FlagJson("whole", version: 7),
            new FlagJson("split", version: 9).Rollouts(FlagJson.Rollout(0, 0.5, 1), FlagJson.Rollout(0.5, 1, 1)));

        var whole = client.VariationDetail("whole", Clients.User(), "");
        var split = client.VariationDetail("split", Clients.User(), "");
        var unknown = client.VariationDetail("unknown", Clients.User(), "");

        Assert.Equal((false, 9), (whole.IsSplit, whole.DataVersion));
        Assert.Equal((true, 9), (split.IsSplit, split.DataVersion));
        Assert.Equal((false, 9), (unknown.IsSplit, unknown.DataVersion));
        var all = client.GetAllFlags(Clients.User());
        Assert.Equal((whole, split), (all.Get("whole"), all.Get("split")));
    }

    [Fact]
    public async Task VariationDetail_returns_wrong_type_and_sends_no_event_when_the_value_has_another_type()
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Serves("text"));

        var expected = new FlagState<int>
        {
            Value = 7,
            Error = EvaluationError.WrongType,
            Reason = "wrong type",
            VariationId = null,
            DataVersion = 1,
            FlagKey = "a",
            FlagName = null,
        };
        Assert.Equal(expected, client.VariationDetail("a", Clients.User(), 7));
        Assert.False(expected.Success);
        Assert.Equal(7, client.Variation("a", Clients.User(), 7));
        Assert.Empty(events.TakeAll());
    }

    [Fact]
    public async Task VariationDetail_returns_the_variation_and_sends_an_event()
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Targets(3, "ada"));
        var state = client.VariationDetail("a", Clients.User(), "d");

        var expected = new FlagState<string>
        {
            Value = "v3",
            Reason = "target match",
            VariationId = "3",
            DataVersion = 1,
            FlagKey = "a",
            FlagName = "Name of a",
        };
        Assert.Equal(expected, state);
        Assert.Equal((true, EvaluationError.None), (state.Success, state.Error));
        Assert.Equal(new RecordedEvent(new FlagResult("a", "3", "v3", "target match"), true), Assert.Single(events.TakeAll()));
    }

    [Fact]
    public async Task VariationDetail_returns_the_default_and_logs_when_the_evaluation_throws()
    {
        var logs = new FakeLogCollector();
        var options = new FfcOptions
        {
            Offline = true,
            Bootstrap = MessageJson.Full(new FlagJson("a")),
            LoggerFactory = Clients.Logging(logs),
        };
        await using var client = new FfcClient(options, new ThrowingInsights());
        var state = client.VariationDetail("a", Clients.User(), "d");

        Assert.Equal((false, EvaluationError.MalformedFlag, "error in evaluation"), (state.Success, state.Error, state.Reason));
        Assert.Equal(("d", null, "a", null), (state.Value, state.VariationId, state.FlagKey, state.FlagName));
        var error = Assert.Single(logs.GetSnapshot(), log => log.Level == LogLevel.Error);
        Assert.StartsWith("Flag a could not be evaluated", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y", true)]
    [InlineData("Y", true)]
    [InlineData("yes", true)]
    [InlineData("YES", true)]
    [InlineData("t", true)]
    [InlineData("T", true)]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("on", true)]
    [InlineData("On", true)]
    [InlineData("1", true)]
    [InlineData("n", false)]
    [InlineData("no", false)]
    [InlineData("false", false)]
    [InlineData("off", false)]
    [InlineData("0", false)]
    [InlineData("2", false)]
    [InlineData("", false)]
    [InlineData(" true", false)]
    [InlineData("enabled", false)]
    public async Task IsEnabled_is_true_for_y_yes_t_true_on_and_1_in_any_case(string value, bool expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Serves(value));

        Assert.Equal(expected, client.IsEnabled("a", Clients.User()));
        Assert.Equal(value, Assert.Single(events.TakeAll()).Result.Value);
    }

    [Fact]
    public async Task IsEnabled_is_false_when_there_is_an_error()
    {
        await using var client = Clients.Offline(new FlagJson("a"));
        await using var notReady = new FfcClient(new FfcOptions { Offline = true });

        Assert.True(client.IsEnabled("a", Clients.User()));
        Assert.False(client.IsEnabled("unknown", Clients.User()));
        Assert.False(client.IsEnabled("a", null));
        Assert.False(notReady.IsEnabled("a", Clients.User()));
        Assert.False(client.IsEnabled(null!, Clients.User()));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("off", true)]
    [InlineData("archived", false)]
    [InlineData("unknown", false)]
    [InlineData("A", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public async Task IsFlagKnown_is_true_when_the_data_contains_the_flag_and_sends_no_event(string? key, bool expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(
            events, new FlagJson("a"), new FlagJson("off").Disabled(), new FlagJson("archived").Archived());
        await using var notReady = new FfcClient(new FfcOptions { Offline = true });

        Assert.Equal(expected, client.IsFlagKnown(key!));
        Assert.False(notReady.IsFlagKnown(key!));
        Assert.Empty(events.TakeAll());
    }

    private sealed class ThrowingInsights : UnsentInsights
    {
        public override void Record(InsightEvent item) => throw new InvalidOperationException("broken");
    }
}
