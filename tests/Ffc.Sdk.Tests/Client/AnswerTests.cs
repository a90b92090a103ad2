using Ffc.Sdk.Insights;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Client;

/// <summary>What a client answers where there is nothing to evaluate, and what it sends.</summary>
public sealed class AnswerTests
{
    [Theory]
    [InlineData(false, "a", true, "client not ready")]
    [InlineData(false, "a", false, "client not ready")]
    [InlineData(false, "ghost", true, "client not ready")]
    [InlineData(true, "ghost", true, "flag not found")]
    [InlineData(true, "ghost", false, "flag not found")]
    [InlineData(true, "A", true, "flag not found")] // keys are exact
    [InlineData(true, "", true, "flag not found")]
    [InlineData(true, null, true, "flag not found")]
    [InlineData(true, "a", false, "user not specified")]
    public async Task Without_an_evaluation_the_default_comes_back_unchanged_and_nothing_is_sent(
        bool ready, string? key, bool withUser, string reason)
    {
        var events = new RecordedInsights();
        await using var client = ready ? Clients.Offline(events, new FlagJson("a")) : new FfcClient(new FfcOptions { Offline = true }, events);
        var defaultValue = new object();
        var state = client.VariationDetail(key!, withUser ? Clients.User() : null, defaultValue);

        Assert.Same(defaultValue, state.Value);
        Assert.Equal((false, reason, (string?)null), (state.Success, state.Reason, state.VariationId));
        Assert.Equal(reason, EvaluationReasons.For(state.Error));
        Assert.Equal((key ?? "", (string?)null), (state.FlagKey, state.FlagName));
        Assert.Equal("d", client.Variation(key!, withUser ? Clients.User() : null, "d"));
        Assert.Empty(events.TakeAll());
    }

    [Fact]
    public async Task An_evaluation_tells_its_variation_reason_and_flag()
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Targets(3, "ada"));
        var state = client.VariationDetail("a", Clients.User(), "d");

        var expected = new FlagState<string>
        {
            Value = "v3",
            Reason = "target match",
            VariationId = "3",
            FlagKey = "a",
            FlagName = "Name of a",
        };
        Assert.Equal(expected, state);
        Assert.Equal((true, EvaluationError.None), (state.Success, state.Error));
        Assert.Equal(new RecordedEvent(new Answer("a", "3", "v3", "target match"), true), Assert.Single(events.TakeAll()));
    }

    [Fact]
    public async Task Something_that_breaks_inside_gives_the_default_and_is_logged()
    {
        var logs = new FakeLogCollector();
        var options = new FfcOptions { Offline = true, Bootstrap = MessageJson.Full(new FlagJson("a")), LoggerFactory = Clients.Logging(logs) };
        await using var client = new FfcClient(options, new BrokenInsights());
        var state = client.VariationDetail("a", Clients.User(), "d");

        Assert.Equal((EvaluationError.MalformedFlag, "error in evaluation", "d"), (state.Error, state.Reason, state.Value));
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
    public async Task IsEnabled_knows_these_words(string value, bool expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(events, new FlagJson("a").Serves(value));

        Assert.Equal(expected, client.IsEnabled("a", Clients.User()));
        Assert.Equal(value, Assert.Single(events.TakeAll()).Answer.Value);
    }

    [Fact]
    public async Task IsEnabled_is_false_where_nothing_is_evaluated()
    {
        await using var client = Clients.Offline(new FlagJson("a"));
        await using var empty = new FfcClient(new FfcOptions { Offline = true });

        Assert.True(client.IsEnabled("a", Clients.User()));
        Assert.False(client.IsEnabled("ghost", Clients.User()));
        Assert.False(client.IsEnabled("a", null));
        Assert.False(empty.IsEnabled("a", Clients.User()));
        Assert.False(client.IsEnabled(null!, Clients.User()));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("off", true)]
    [InlineData("archived", false)]
    [InlineData("ghost", false)]
    [InlineData("A", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public async Task A_flag_is_known_if_the_data_holds_it(string? key, bool expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(
            events, new FlagJson("a"), new FlagJson("off").Disabled(), new FlagJson("archived").Archived());
        await using var empty = new FfcClient(new FfcOptions { Offline = true });

        Assert.Equal(expected, client.IsFlagKnown(key!));
        Assert.False(empty.IsFlagKnown(key!));
        Assert.Empty(events.TakeAll());
    }

    [Fact]
    public async Task All_flags_are_evaluated_without_a_word_and_one_that_is_read_sends_its_events()
    {
        var events = new RecordedInsights();
        await using var client = Clients.Offline(
            events, new FlagJson("a").Requires("gate").Targets(3, "ada"), new FlagJson("gate"), new FlagJson("off").Disabled());
        var all = client.GetAllFlags(Clients.User());

        Assert.Equal((true, EvaluationError.None, 1L), (all.Success, all.Error, all.DataVersion));
        Assert.Equal(["a", "gate", "off"], all.Keys);
        Assert.Equal(
            ["a 3 v3 target match", "gate 1 on fall through all rules", "off 2 off flag off"],
            all.States.Select(detail => $"{detail.FlagKey} {detail.VariationId} {detail.Value} {detail.Reason}"));
        Assert.Empty(events.TakeAll());

        Assert.Equal(all.States[0], all.Get("a"));
        Assert.Equal(["gate", "a"], events.TakeAll().Select(e => e.Answer.FlagKey));
        Assert.Equal(all.States[2], all.Get("off"));
        Assert.Equal(["off"], events.TakeAll().Select(e => e.Answer.FlagKey));
        Assert.Null(all.Get("ghost"));
        Assert.Empty(events.TakeAll());
    }

    [Theory]
    [InlineData(false, true, EvaluationError.ClientNotReady)]
    [InlineData(true, false, EvaluationError.UserNotSpecified)]
    public async Task All_flags_are_none_where_nothing_is_evaluated(bool ready, bool withUser, EvaluationError error)
    {
        await using var client = ready ? Clients.Offline(new FlagJson("a")) : new FfcClient(new FfcOptions { Offline = true });
        var all = client.GetAllFlags(withUser ? Clients.User() : null);

        Assert.Equal((false, error, 0L), (all.Success, all.Error, all.DataVersion));
        Assert.Empty(all.Keys);
        Assert.Empty(all.States);
        Assert.Null(all.Get("a"));
    }

    [Fact]
    public async Task Defaults_of_the_options_win_over_the_defaults_of_calls()
    {
        var options = new FfcOptions
        {
            Offline = true,
            Bootstrap = MessageJson.Full(new FlagJson("a").Serves("7"), new FlagJson("text").Serves("no number")),
            Defaults = { ["ghost"] = "42", ["a"] = "8", ["text"] = "9", ["switch"] = "yes" },
        };
        await using var client = new FfcClient(options);
        var user = Clients.User();

        Assert.Equal(42, client.Variation("ghost", user, 1));
        Assert.Equal("42", client.Variation("ghost", user, "x"));
        Assert.Equal(7, client.Variation("a", user, 1)); // it can be evaluated
        Assert.Equal(8, client.Variation("a", null, 1));
        Assert.Equal(9, client.Variation("text", user, 1)); // wrong type
        Assert.True(client.IsEnabled("switch", user));
        Assert.Equal(1, client.Variation("other", user, 1));
        Assert.Equal(1, client.Variation("GHOST", user, 1));

        var state = client.VariationDetail("ghost", user, 1);
        Assert.Equal((EvaluationError.FlagNotFound, null, 42), (state.Error, state.VariationId, state.Value));
    }

    [Fact]
    public async Task A_default_of_the_options_that_does_not_read_as_the_type_leaves_the_one_of_the_call()
    {
        await using var client = new FfcClient(new FfcOptions { Offline = true, Defaults = { ["a"] = "yes" } });

        Assert.True(client.Variation("a", Clients.User(), true));
        Assert.Equal(5, client.Variation("a", Clients.User(), 5));
        Assert.Equal("yes", client.Variation("a", Clients.User(), "no"));
    }

    private sealed class BrokenInsights : UnsentInsights
    {
        public override void Record(InsightEvent item) => throw new InvalidOperationException("broken");
    }
}
