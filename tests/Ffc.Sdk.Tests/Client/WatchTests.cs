using System.Collections.Concurrent;
using System.Diagnostics;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Tests.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Client;

/// <summary>Tests <see cref="FfcClient.WatchAsync"/> and <see cref="FfcClient.OnValueChanged"/>.</summary>
public sealed class WatchTests : StreamTest
{
    private static readonly FfcUser User = FfcUser.Builder("u1").Build();

    private long _version = 1;

    [Fact]
    public async Task WatchAsync_returns_the_current_state_and_then_each_different_one()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a").Serves("x"), new FlagJson("b"));
        await using var states = client.WatchAsync("a", User, "none", Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.Equal("x", await NextAsync(states));

        // A change that leaves the value as it is, and a change of another flag.
        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("x").Targets(2, "other"));
        await PushAsync(client, connection, new FlagJson("b", ++_version).Disabled());
        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("y"));
        Assert.Equal("y", await NextAsync(states));

        await PushAsync(client, connection, new FlagJson("a", ++_version).Archived());
        Assert.Equal("none", await NextAsync(states));
        Assert.Equal(EvaluationError.FlagNotFound, states.Current.Error);
    }

    [Fact]
    public async Task WatchAsync_returns_the_default_until_there_is_data()
    {
        var client = Connect();
        await using var states = client.WatchAsync("a", User, "none", Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.Equal("none", await NextAsync(states));
        Assert.Equal(EvaluationError.ClientNotReady, states.Current.Error);

        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a").Serves("x")));

        Assert.Equal("x", await NextAsync(states));
    }

    [Fact]
    public async Task WatchAsync_returns_only_the_newest_state_to_a_slow_reader()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a").Serves("x"));
        await using var states = client.WatchAsync("a", User, "none", Cancellation).GetAsyncEnumerator(Cancellation);
        await NextAsync(states);

        foreach (var value in new[] { "1", "2", "3" })
            await PushAsync(client, connection, new FlagJson("a", ++_version).Serves(value));

        Assert.Equal("3", await NextAsync(states));
        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("4"));
        Assert.Equal("4", await NextAsync(states));
    }

    [Fact]
    public async Task WatchAsync_returns_a_flag_whose_prerequisite_or_segment_changed()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a").Requires("b"), new FlagJson("b"));
        await using var states = client.WatchAsync("a", User, "none", Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.Equal("on", await NextAsync(states));

        await PushAsync(client, connection, new FlagJson("b", ++_version).Disabled());

        Assert.Equal("off", await NextAsync(states));
    }

    [Fact]
    public async Task WatchAsync_ends_when_the_client_is_disposed_of()
    {
        var (client, _) = await ConnectAsync(new FlagJson("a"));
        await using var states = client.WatchAsync("a", User, "none", Cancellation).GetAsyncEnumerator(Cancellation);
        await NextAsync(states);
        var next = states.MoveNextAsync();

        await client.DisposeAsync();
        Assert.False(await next);

        var later = new List<string>();
        await foreach (var state in client.WatchAsync("a", User, "none", Cancellation))
            later.Add(state.Value);
        Assert.Equal(["on"], later);
    }

    [Fact]
    public async Task WatchAsync_ends_when_the_client_is_disposed_of_although_a_status_handler_blocks()
    {
        var (client, _) = await ConnectAsync(new FlagJson("a"));
        using var released = new ManualResetEventSlim();
        client.UpdateStatusProvider.StatusChanged += (_, _) => released.Wait(CancellationToken.None);
        await using var states = client.WatchAsync("a", User, "none", Cancellation).GetAsyncEnumerator(Cancellation);
        await NextAsync(states);
        var next = states.MoveNextAsync();
        var disposing = client.DisposeAsync();
        try
        {
            Assert.False(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        }
        finally
        {
            released.Set();
            await disposing;
        }
    }

    [Fact]
    public async Task WatchAsync_throws_when_the_token_is_cancelled()
    {
        var (client, _) = await ConnectAsync(new FlagJson("a"));
        using var cts = new CancellationTokenSource();
        await using var states = client.WatchAsync("a", User, "none", cts.Token).GetAsyncEnumerator(Cancellation);
        await NextAsync(states);
        var next = states.MoveNextAsync();

        await cts.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public async Task Watching_sends_no_events()
    {
        var insights = new RecordedInsights();
        await using var client = new FfcClient(Options(), insights);
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);

        await using var states = client.WatchAsync("a", User, "none", Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.Equal("on", await NextAsync(states));
        using var subscription = client.OnValueChanged("a", User, "none", _ => { });
        Assert.Empty(insights.TakeAll());

        client.Variation("a", User, "none");
        Assert.NotEmpty(insights.TakeAll());
    }

    [Fact]
    public async Task OnValueChanged_calls_the_handler_with_each_later_value_until_it_is_disposed_of()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a").Serves("x"));
        var values = new ConcurrentQueue<string>();
        var subscription = client.OnValueChanged("a", User, "none", state => values.Enqueue(state.Value));

        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("y"));
        await Eventually.Holds(() => values.Count == 1);
        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("z"));
        await Eventually.Holds(() => values.Count == 2);
        subscription.Dispose();
        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("later"));

        // A second subscription shows that the change has arrived.
        await using var states = client.WatchAsync("a", User, "none", Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.Equal("later", await NextAsync(states));
        Assert.Equal(["y", "z"], values);
    }

    [Fact]
    public async Task An_exception_of_a_handler_is_logged_and_the_next_value_is_reported()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a").Serves("x"));
        var values = new ConcurrentQueue<string>();
        using var subscription = client.OnValueChanged("a", User, "none", state =>
        {
            values.Enqueue(state.Value);
            throw new InvalidOperationException("handler");
        });

        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("y"));
        await Eventually.Holds(() => values.Count == 1);
        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("z"));
        await Eventually.Holds(() => values.Count == 2);

        await Eventually.Holds(() => Logs.GetSnapshot().Count(log => log.Exception?.Message == "handler") == 2);
    }

    [Fact]
    public async Task A_handler_that_blocks_delays_neither_data_nor_other_handlers()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a").Serves("x"));
        using var released = new ManualResetEventSlim();
        var values = new ConcurrentQueue<string>();
        using var blocked = client.OnValueChanged("a", User, "none", _ => released.Wait(Cancellation));
        using var other = client.OnValueChanged("a", User, "none", state => values.Enqueue(state.Value));

        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("y"));
        await Eventually.Holds(() => values.Contains("y"));
        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("z"));
        await Eventually.Holds(() => values.Contains("z"));

        released.Set();
    }

    [Fact]
    public async Task A_handler_does_not_see_the_context_of_the_caller()
    {
        var (client, connection) = await ConnectAsync(new FlagJson("a").Serves("x"));
        var seen = new TaskCompletionSource<Activity?>();
        using var activity = new Activity("caller").Start();
        using var subscription = client.OnValueChanged("a", User, "none", _ => seen.TrySetResult(Activity.Current));

        await PushAsync(client, connection, new FlagJson("a", ++_version).Serves("y"));

        Assert.Null(await seen.Task.WaitAsync(ScriptedServer.Deadline, Cancellation));
    }

    [Fact]
    public async Task A_change_of_a_flag_wakes_only_its_own_watchers()
    {
        var watchers = new FlagWatchers();
        var changes = Enumerable.Range(0, 10_000)
            .Select(i => watchers.Add($"flag-{i % 1_000}").WaitForChangeAsync(Cancellation).AsTask())
            .ToList();

        watchers.FlagsChanged(["flag-7", "unknown"]);

        await Eventually.Holds(() => changes.Count(change => change.IsCompleted) == 10);
        Assert.All(changes.Index(), change => Assert.Equal(change.Index % 1_000 == 7, change.Item.IsCompleted));
        watchers.Close();
        await Task.WhenAll(changes);
    }

    [Fact]
    public async Task Missing_arguments_are_rejected()
    {
        var (client, _) = await ConnectAsync(new FlagJson("a"));

        Assert.Throws<ArgumentNullException>("key", () => client.WatchAsync(null!, User, "none", Cancellation));
        Assert.Throws<ArgumentNullException>("key", () => client.OnValueChanged(null!, User, "none", _ => { }));
        Assert.Throws<ArgumentNullException>("handler", () => client.OnValueChanged("a", User, "none", null!));
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<FlagState<string>> states)
    {
        Assert.True(await states.MoveNextAsync().AsTask().WaitAsync(ScriptedServer.Deadline, Cancellation));
        return states.Current.Value;
    }

    private static Task<string> PushAsync(FfcClient client, ServerConnection connection, FlagJson flag) =>
        WaitForChangeAsync(client, () => connection.SendAsync(MessageJson.Patch(flag)));
}
