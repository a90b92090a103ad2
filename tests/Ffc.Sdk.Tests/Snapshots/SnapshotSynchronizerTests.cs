using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Snapshots;

public sealed class SnapshotSynchronizerTests
{
    private static readonly TimeSpan MinWriteInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(30);

    private readonly MemorySnapshotStore _store = new();
    private readonly FakeTimeProvider _clock = new(SnapshotOf.Noon);

    [Fact]
    public async Task A_start_takes_the_snapshot_that_is_there()
    {
        Put(new FlagJson("a", 5));
        await using var instance = Instance();

        await Eventually.Holds(() => instance.Flags == "a@5");

        Assert.Empty(instance.Warnings);
    }

    [Fact]
    public async Task A_snapshot_that_comes_after_the_servers_word_is_ignored()
    {
        Put(new FlagJson("a", 9), new FlagJson("gone", 2));
        var reading = new TaskCompletionSource();
        _store.OnCall = _ => reading.Task;
        await using var instance = Instance();
        instance.Full(new FlagJson("a", 5));

        reading.SetResult();
        await Eventually.Holds(() => instance.Logs.GetSnapshot().Any(log => log.Message.Contains("not needed", StringComparison.Ordinal)));

        Assert.Equal("a@5", instance.Flags);
    }

    [Fact]
    public async Task A_snapshot_serves_under_a_patch_that_came_before_anything_else()
    {
        Put(new FlagJson("a", 5), new FlagJson("b", 5), new FlagJson("c", 5));
        var reading = new TaskCompletionSource();
        _store.OnCall = _ => reading.Task;
        await using var instance = Instance();
        instance.Patch(new FlagJson("b", 9), new FlagJson("c", 9).Archived());

        reading.SetResult();

        await Eventually.Holds(() => instance.Flags == "a@5 b@9");
    }

    [Fact]
    public async Task A_snapshot_that_is_older_than_a_lone_patch_is_taken_when_the_stream_breaks()
    {
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Logs.Count > 0);
        instance.Patch(new FlagJson("b", 9));
        instance.Interrupt();
        Put(new FlagJson("a", 5), new FlagJson("b", 5));

        await instance.Pass(() => instance.Flags == "a@5 b@9");
    }

    [Fact]
    public async Task Changes_are_written_once_after_the_interval_and_the_last_state_wins()
    {
        await using var instance = Instance();
        instance.Full(new FlagJson("a", 1));
        instance.Patch(new FlagJson("a", 2));
        await instance.Pass(MinWriteInterval * 0.9);
        instance.Patch(new FlagJson("a", 3));
        Assert.Empty(_store.Written);

        await instance.Pass(() => !_store.Written.IsEmpty);
        await instance.Pass(MinWriteInterval * 3);

        Assert.Equal("a@3", Assert.Single(_store.Written).Flags());
    }

    [Fact]
    public async Task Changes_without_a_pause_do_not_put_off_the_write()
    {
        await using var instance = Instance();
        var version = 1;
        instance.Full(new FlagJson("a", version));

        await instance.Pass(() =>
        {
            instance.Patch(new FlagJson("a", ++version));
            return _store.Written.Count >= 3;
        });
    }

    [Fact]
    public async Task What_is_stored_already_is_not_written_again()
    {
        Put(new FlagJson("a", 5), new FlagJson("b", 6));
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Flags.Length > 0);

        instance.Full(new FlagJson("b", 6), new FlagJson("a", 5));
        await instance.Pass(MinWriteInterval * 3);

        Assert.Empty(_store.Written);
        Assert.Equal(0, _store.Heads);
    }

    [Fact]
    public async Task An_older_state_never_takes_the_place_of_a_newer_one()
    {
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Logs.Count > 0);
        instance.Full(new FlagJson("a", 5));
        Put(new FlagJson("a", 6));

        await instance.Pass(() => _store.Heads > 0);
        await instance.Pass(MinWriteInterval * 3);

        Assert.Empty(_store.Written);
    }

    [Fact]
    public async Task A_lost_race_is_run_again_and_given_up_only_for_something_newer()
    {
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Logs.Count > 0);
        var others = 0;
        _store.OnWrite = () =>
        {
            // Others write 3 and 4 just before this instance writes 5; then nobody does.
            if (others++ < 2)
                Put(new FlagJson("a", 2 + others));
        };
        instance.Full(new FlagJson("a", 5));

        await instance.Pass(() => !_store.Written.IsEmpty);
        Assert.Equal("a@5", _store.Only!.Snapshot.Flags());

        _store.OnWrite = () => Put(new FlagJson("a", 7));
        instance.Patch(new FlagJson("a", 6));
        await instance.Pass(() => _store.Only!.Snapshot.Flags() == "a@7");
        await instance.Pass(MinWriteInterval * 3);
        Assert.Equal("a@7", _store.Only!.Snapshot.Flags());
        Assert.Empty(instance.Warnings);
    }

    [Fact]
    public async Task A_write_that_fails_is_told_once_and_made_later()
    {
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Logs.Count > 0);
        _store.OnCall = _ => throw new IOException("the disk is full");
        instance.Full(new FlagJson("a", 5));
        await instance.Pass(() => _store.Heads > 2);

        _store.OnCall = _ => Task.CompletedTask;
        await instance.Pass(() => !_store.Written.IsEmpty);

        Assert.Contains("the disk is full", Assert.Single(instance.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clean_stop_makes_the_pending_write()
    {
        var instance = Instance();
        instance.Full(new FlagJson("a", 5));

        await instance.DisposeAsync();

        Assert.Equal("a@5", _store.Only!.Snapshot.Flags());
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_storage_longer_than_it_may()
    {
        var instance = Instance();
        await Eventually.Holds(() => instance.Logs.Count > 0);
        instance.Full(new FlagJson("a", 5));
        _store.OnCall = _ => new TaskCompletionSource().Task;

        var stopped = instance.DisposeAsync().AsTask();
        var since = _clock.GetUtcNow();
        await instance.Pass(() => stopped.IsCompleted);

        Assert.InRange(_clock.GetUtcNow() - since, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Contains("lacks the last changes", Assert.Single(instance.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_stream_is_down_a_newer_snapshot_is_taken_within_the_interval()
    {
        Put(new FlagJson("a", 5));
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Flags == "a@5");

        Put(new FlagJson("a", 6));
        var since = _clock.GetUtcNow();
        await instance.Pass(() => instance.Flags == "a@6");

        Assert.InRange(_clock.GetUtcNow() - since, TimeSpan.Zero, RefreshInterval + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task An_older_snapshot_is_not_even_read_while_the_stream_is_down()
    {
        await using var instance = Instance();
        instance.Full(new FlagJson("a", 5));
        instance.Interrupt();
        await Eventually.Holds(() => _store.Reads == 1);
        Put(new FlagJson("a", 4));

        await instance.Pass(() => _store.Heads > 2);

        Assert.Equal(("a@5", 1), (instance.Flags, _store.Reads));
    }

    [Fact]
    public async Task While_the_stream_is_OK_nobody_looks()
    {
        await using var instance = Instance();
        instance.Full(new FlagJson("a", 5));
        await instance.Pass(() => !_store.Written.IsEmpty);
        var looked = _store.Heads;

        Put(new FlagJson("a", 6));
        await instance.Pass(RefreshInterval * 4);

        Assert.Equal((looked, 1, "a@5"), (_store.Heads, _store.Reads, instance.Flags));
    }

    [Fact]
    public async Task No_snapshot_is_no_reason_to_worry()
    {
        await using var instance = Instance();

        await instance.Pass(() => _store.Heads > 2);

        var log = Assert.Single(instance.Logs.GetSnapshot(), log => log.Message.Contains("no snapshot", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Information, log.Level);
        Assert.Empty(instance.Warnings);
    }

    [Fact]
    public async Task A_refused_snapshot_is_told_once_and_not_read_again()
    {
        _store.Put(SnapshotOf.Name, SnapshotOf.Items(new FlagJson("a", 5)).With("sha256", "0"));
        await using var instance = Instance();

        await instance.Pass(() => _store.Heads > 3);

        Assert.Contains("SHA-256", Assert.Single(instance.Warnings).Message, StringComparison.Ordinal);
        Assert.Equal(("", 1), (instance.Flags, _store.Reads));
    }

    [Fact]
    public async Task A_damaged_snapshot_is_replaced_even_by_older_data()
    {
        _store.Put(SnapshotOf.Name, SnapshotOf.Items(new FlagJson("a", 5)).With("sha256", "0"));
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Warnings.Any());

        instance.Full(new FlagJson("a", 4));
        await instance.Pass(() => !_store.Written.IsEmpty);

        Assert.Equal("a@4", _store.Only!.Snapshot.Flags());
    }

    [Fact]
    public async Task A_snapshot_of_a_newer_schema_stays_until_there_is_newer_data()
    {
        _store.Put(SnapshotOf.Name, SnapshotOf.Items(new FlagJson("a", 5)).With("schemaversion", "2"));
        await using var instance = Instance();
        await Eventually.Holds(() => instance.Warnings.Any());

        instance.Full(new FlagJson("a", 5));
        await instance.Pass(() => _store.Heads > 0);
        await instance.Pass(MinWriteInterval * 2);
        Assert.Empty(_store.Written);

        instance.Patch(new FlagJson("a", 6));
        await instance.Pass(() => !_store.Written.IsEmpty);
        Assert.Equal("1", _store.Only!.Snapshot.Metadata["schemaversion"]);
    }

    [Fact]
    public async Task Storage_that_hangs_is_given_up_and_asked_again()
    {
        Put(new FlagJson("a", 5));
        var asked = 0;
        _store.OnCall = token => asked++ == 0 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await using var instance = Instance();
        await Eventually.Holds(() => asked > 0);

        await instance.Pass(() => instance.Flags == "a@5");

        Assert.Contains("did not answer within 5 s", Assert.Single(instance.Warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_that_hangs_without_hearing_that_it_is_given_up_holds_up_nothing()
    {
        using var never = new ManualResetEventSlim();
        _store.OnCall = _ =>
        {
            never.Wait(TestContext.Current.CancellationToken);
            return Task.CompletedTask;
        };
        await using var instance = Instance();

        await instance.Pass(() => instance.Warnings.Any());

        never.Set();
    }

    private SnapshotInstance Instance() => new(_store, _clock);

    private void Put(params ItemJson[] items) => _store.Put(SnapshotOf.Name, SnapshotOf.Items(items));
}
