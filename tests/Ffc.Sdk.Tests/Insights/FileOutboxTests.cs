using System.Diagnostics;
using System.Text;
using Ffc.Sdk.Insights;
using Ffc.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Insights;

public sealed class FileOutboxTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-outbox-");
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly FakeLogger<FileOutbox> _logs = new();
    private readonly FileOutbox _outbox;

    public FileOutboxTests() => _outbox = new FileOutbox(_folder.FullName, _clock, _logs);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private string Folder => Path.Combine(_folder.FullName, "v1", InsightTestHost.Environment);

    private string Rejected => Path.Combine(_folder.FullName, "rejected", "v1", InsightTestHost.Environment);

    private DirectoryInfo CopyFolder => Directory.CreateDirectory(Path.Combine(_folder.FullName, "copy"));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task ClaimAsync_returns_batches_unchanged_and_oldest_first()
    {
        foreach (var id in new[] { "b", "a", "c" })
            await _outbox.PutAsync(Batch(id), Test);

        var claims = await ClaimAllAsync();

        Assert.Equal(["a", "b", "c"], claims.Select(claim => claim.Batch.Id));
        Assert.All(claims, claim => Assert.Equal("[1,2]", Encoding.UTF8.GetString(claim.Batch.Events.Span)));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task A_claim_is_exclusive_until_it_is_disposed_of()
    {
        await _outbox.PutAsync(Batch("a"), Test);

        var claims = await ClaimAllAsync();
        Assert.Empty(await ClaimAllAsync());
        Assert.Equal(1, await _outbox.CountAsync(InsightTestHost.Environment, Test));

        await ReleaseAsync(claims);
        var again = await ClaimAllAsync();
        await Assert.Single(again).CompleteAsync(Test);
        await ReleaseAsync(again);
        Assert.Empty(await ClaimAllAsync());
        Assert.Equal(0, await _outbox.CountAsync(InsightTestHost.Environment, Test));
    }

    [Fact]
    public async Task Batches_of_another_environment_are_ignored()
    {
        await _outbox.PutAsync(Batch("a", environment: "9__9__9"), Test);

        Assert.Empty(await ClaimAllAsync());
        Assert.Equal(0, await _outbox.CountAsync(InsightTestHost.Environment, Test));
    }

    [Fact]
    public async Task ClaimAsync_moves_unreadable_batches_to_the_rejected_ones_with_the_reason()
    {
        await _outbox.PutAsync(Batch("b"), Test);
        await File.WriteAllTextAsync(Path.Combine(Folder, "a.jsonl.gz"), "no gzip at all", Test);
        await File.WriteAllBytesAsync(Path.Combine(Folder, "c.jsonl.gz"), Batch("c", environment: "9__9__9").Pack(), Test);

        var claims = await ClaimAllAsync();

        Assert.Equal(["b"], claims.Select(claim => claim.Batch.Id));
        Assert.Equal(
            ["a.jsonl.gz", "a.jsonl.gz.reason.json", "c.jsonl.gz", "c.jsonl.gz.reason.json"],
            InsightTestHost.Files(Rejected).Select(Path.GetFileName));
        Assert.Equal("no gzip at all", await File.ReadAllTextAsync(Path.Combine(Rejected, "a.jsonl.gz"), Test));
        var reason = await File.ReadAllTextAsync(Path.Combine(Rejected, "c.jsonl.gz.reason.json"), Test);
        Assert.Contains("another environment", reason, StringComparison.Ordinal);
        Assert.Equal(2, _logs.Collector.GetSnapshot().Count(record => record.Level == LogLevel.Warning));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task Files_of_another_format_version_are_ignored()
    {
        var later = Directory.CreateDirectory(Path.Combine(_folder.FullName, "v2", InsightTestHost.Environment));
        var file = Path.Combine(later.FullName, "a.jsonl.gz");
        await File.WriteAllTextAsync(file, "content of version 2", Test);
        await _outbox.PutAsync(Batch("a"), Test);

        var claims = await ClaimAllAsync();

        Assert.Single(claims);
        Assert.True(File.Exists(file));
        Assert.False(Directory.Exists(Rejected));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task An_abandoned_draft_is_claimed_if_it_is_complete_and_rejected_otherwise()
    {
        Directory.CreateDirectory(Folder);
        var whole = Path.Combine(Folder, "a.jsonl.gz.tmp");
        await File.WriteAllBytesAsync(whole, Batch("a").Pack(), Test);
        var cut = Path.Combine(Folder, "b.jsonl.gz.tmp");
        await File.WriteAllBytesAsync(cut, Batch("b").Pack()[..^30], Test);

        Assert.Empty(await ClaimAllAsync());
        _clock.Advance(TimeSpan.FromMinutes(2));
        var claims = await ClaimAllAsync();

        Assert.Equal(["a"], claims.Select(claim => claim.Batch.Id));
        Assert.True(File.Exists(Path.Combine(Rejected, "b.jsonl.gz.tmp")));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task A_released_batch_is_unchanged_and_was_not_delivered()
    {
        await _outbox.PutAsync(Batch("a"), Test);
        var path = Path.Combine(Folder, "a.jsonl.gz");
        var stored = await File.ReadAllBytesAsync(path, Test);

        await ReleaseAsync(await ClaimAllAsync());

        Assert.Equal(stored, await File.ReadAllBytesAsync(path, Test));
        var again = await ClaimAllAsync();
        Assert.False(Assert.Single(again).MayBeDelivered);
        await ReleaseAsync(again);
    }

    [Fact]
    public async Task A_batch_whose_process_ended_during_its_claim_may_be_delivered()
    {
        await _outbox.PutAsync(Batch("a"), Test);
        var claims = await ClaimAllAsync();

        // When a process ends, its mark stays in the file without the lock. A copy of the folder is in the same state.
        using (var copy = Process.Start("cp", ["-r", Path.Combine(_folder.FullName, "v1"), CopyFolder.FullName]))
            await copy.WaitForExitAsync(Test);
        var reclaimed = new List<IInsightClaim>();
        await ClaimAllAsync(reclaimed, new FileOutbox(CopyFolder.FullName, _clock, _logs));

        Assert.Equal((false, true), (Assert.Single(claims).MayBeDelivered, Assert.Single(reclaimed).MayBeDelivered));
        await ReleaseAsync([.. claims, .. reclaimed]);
    }

    [Fact]
    public async Task Files_that_cannot_be_opened_are_reported_after_the_other_batches()
    {
        await _outbox.PutAsync(Batch("b"), Test);
        MakeUnusable("a.jsonl.gz");

        var claims = new List<IInsightClaim>();
        var problem = await Assert.ThrowsAsync<InsightBatchException>(() => ClaimAllAsync(claims));

        Assert.Equal(["b"], claims.Select(claim => claim.Batch.Id));
        Assert.StartsWith("the file a.jsonl.gz cannot be opened", problem.Message, StringComparison.Ordinal);
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task An_unreadable_batch_that_cannot_be_set_aside_is_reported_after_the_other_batches()
    {
        await _outbox.PutAsync(Batch("b"), Test);
        await File.WriteAllTextAsync(Path.Combine(Folder, "a.jsonl.gz"), "no gzip at all", Test);
        Directory.CreateDirectory(Path.Combine(Rejected, "a.jsonl.gz"));

        var claims = new List<IInsightClaim>();
        var problem = await Assert.ThrowsAsync<InsightBatchException>(() => ClaimAllAsync(claims));

        Assert.Equal(["b"], claims.Select(claim => claim.Batch.Id));
        Assert.Contains("a.jsonl.gz", problem.Message, StringComparison.Ordinal);
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_listed_is_an_error()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Folder)!);
        File.CreateSymbolicLink(Folder, Folder);

        await Assert.ThrowsAnyAsync<IOException>(() => _outbox.CountAsync(InsightTestHost.Environment, Test));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_reported_at_the_start()
    {
        var file = typeof(FileOutboxTests).Assembly.Location;
        await using var host = await InsightTestHost.StartAsync(options => options.Outbox.Path = Path.Combine(file, "outbox"));

        await Eventually.Holds(() => host.Status.OutboxProblem is not null);
        Assert.StartsWith(
            $"The outbox for insights is not available: {host.Status.OutboxProblem}",
            Assert.Single(host.Logs.GetSnapshot(), log => log.Id.Id == 61).Message,
            StringComparison.Ordinal);
        Assert.Contains(file, host.Status.OutboxProblem, StringComparison.Ordinal);
        Assert.EndsWith(
            " (check Ffc:Outbox:Path: it must be a folder in which the process can create and write files)",
            host.Status.OutboxProblem,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_not_reported_as_available_after_a_drain()
    {
        var path = Path.Combine(_folder.FullName, "outbox");
        await File.WriteAllTextAsync(path, "a file, not a folder", Test);
        await using var host = await InsightTestHost.StartAsync(options => options.Outbox.Path = Path.Combine(path, "folder"));
        await Eventually.Holds(() => host.Status.OutboxProblem is not null);

        Assert.Equal(OutboxDrainOutcome.Empty, (await host.DrainAsync()).Outcome);
        Assert.NotNull(host.Status.OutboxProblem);
        await host.Server.StopAsync();
        host.Evaluate(1);
        Assert.Equal(new FlushResult { InMemory = 1 }, await host.FlushAsync());
        Assert.DoesNotContain(host.Logs.GetSnapshot(), log => log.Id.Id == 62);
        Assert.Contains(
            " They wait in memory, because the outbox is not available; requests are retried",
            Assert.Single(host.Logs.GetSnapshot(), log => log.Id.Id == 50).Message,
            StringComparison.Ordinal);

        File.Delete(path);
        await host.Server.RestartAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.DrainAsync();
        Assert.Null(host.Status.OutboxProblem);
        Assert.Single(host.Logs.GetSnapshot(), log => log.Id.Id == 62);
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_delays_no_other_batch_and_is_reported_by_status_and_log()
    {
        await using var host = await InsightTestHost.StartAsync();
        await host.Server.StopAsync();
        host.Evaluate(10);
        Assert.Equal(new FlushResult { ToOutbox = 10 }, await host.FlushAsync());
        var link = Path.Combine(host.OutboxFolder, "0.jsonl.gz");
        File.CreateSymbolicLink(link, link);
        await host.Server.RestartAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(1));

        var drained = await host.DrainAsync();

        Assert.Equal((OutboxDrainOutcome.OutboxUnreachable, 10), (drained.Outcome, drained.Delivered));
        Assert.StartsWith("the file 0.jsonl.gz cannot be opened", host.Status.OutboxProblem, StringComparison.Ordinal);
        Assert.Equal(host.Status.OutboxProblem, (await host.Client.Insights.GetOutboxStatusAsync(Test)).Problem);
        Assert.Single(
            host.Logs.GetSnapshot(),
            record => record.Level == LogLevel.Warning && record.Message.Contains("0.jsonl.gz", StringComparison.Ordinal));

        File.Delete(link);
        await host.DrainAsync();
        Assert.Null(host.Status.OutboxProblem);
    }

    [Fact]
    public async Task PutAsync_leaves_no_file_behind_when_it_fails()
    {
        using var cancelledCts = new CancellationTokenSource();
        await cancelledCts.CancelAsync();
        Directory.CreateDirectory(Path.Combine(Folder, "b.jsonl.gz"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _outbox.PutAsync(Batch("a"), cancelledCts.Token));
        await Assert.ThrowsAnyAsync<Exception>(() => _outbox.PutAsync(Batch("b"), Test));

        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task PutAsync_stores_a_batch_once_when_it_is_called_twice()
    {
        await _outbox.PutAsync(Batch("a"), Test);
        await _outbox.PutAsync(Batch("a"), Test);

        Assert.Equal(1, await _outbox.CountAsync(InsightTestHost.Environment, Test));
    }

    [Fact]
    public async Task Rejected_and_split_batches_replace_the_claimed_ones()
    {
        await _outbox.PutAsync(Batch("a"), Test);
        await _outbox.PutAsync(Batch("b"), Test);
        var claims = await ClaimAllAsync();

        var rejection = new InsightRejection { Status = 400, Reason = "odd", Time = _clock.GetUtcNow() };
        await _outbox.PutRejectedAsync(claims[0].Batch, rejection, Test);
        var (first, second) = claims[1].Batch.Split();
        await _outbox.PutAsync(first, Test);
        await _outbox.PutAsync(second, Test);
        foreach (var claim in claims)
            await claim.CompleteAsync(Test);
        await ReleaseAsync(claims);

        Assert.Equal(["a.jsonl.gz", "a.jsonl.gz.reason.json"], InsightTestHost.Files(Rejected).Select(Path.GetFileName));
        var halves = await ClaimAllAsync();
        Assert.Equal(["[1]", "[2]"], halves.Select(claim => Encoding.UTF8.GetString(claim.Batch.Events.Span)));
        await ReleaseAsync(halves);
    }

    [Fact]
    public async Task Two_clients_draining_one_outbox_of_500_batches_send_each_batch_once()
    {
        await using var host = await InsightTestHost.StartAsync(options => options.Insights.BatchSize = 1);
        await host.Server.StopAsync();
        host.Evaluate(500);
        await host.CloseAsync(host.Client);
        Assert.Equal(500, host.OutboxFiles);

        await host.Server.RestartAsync();
        await using var one = host.CreateClient();
        await using var other = host.CreateClient();
        var results = await Task.WhenAll(one.Insights.DrainOutboxAsync(Test), other.Insights.DrainOutboxAsync(Test));

        Assert.Equal(500, results.Sum(result => result.Delivered));
        Assert.All(results, result => Assert.InRange(result.Delivered, 1, 499));
        Assert.Equal(500, host.Server.Requests.Count);
        host.AssertEachArrivedOnce();
        await host.CloseAsync(one);
        await host.CloseAsync(other);
    }

    [Fact]
    public async Task A_drain_splits_large_batches_stores_rejected_ones_and_ends_when_the_server_fails()
    {
        await using var host = await InsightTestHost.StartAsync();
        await host.Server.StopAsync();
        host.Evaluate(100);
        await host.CloseAsync(host.Client);
        Assert.Equal(2, host.OutboxFiles);

        await host.Server.RestartAsync();
        host.Server.Reply = request => request switch
        {
            { Events.Count: > 20 } => new TrackReply(413),
            _ when request.Body.AsSpan().IndexOf("user-0000100"u8) >= 0 => new TrackReply(422),
            _ when request.Body.AsSpan().IndexOf("user-0000050"u8) >= 0 => new TrackReply(503),
            _ => TrackReply.Ok,
        };
        await using var next = host.CreateClient(options => options.Insights.MaxRetries = 0);
        var result = await next.Insights.DrainOutboxAsync(Test);

        // One of eight parts is rejected, one stays; the number of parts sent before the server fails varies.
        Assert.Equal(OutboxDrainOutcome.ServerUnavailable, result.Outcome);
        host.Server.Reply = request =>
            request.Body.AsSpan().IndexOf("user-0000100"u8) >= 0 ? new TrackReply(422) : TrackReply.Ok;
        await host.UntilAsync(() => host.OutboxFiles == 0);
        await host.CloseAsync(next);
        var rejected = InsightTestHost.Files(host.RejectedFolder);
        Assert.Equal(2, rejected.Length);
        var rejectedBatch = InsightBatch.Unpack(
            await File.ReadAllBytesAsync(rejected[0], Test),
            InsightTestHost.Environment,
            Path.GetFileName(rejected[0]).Split('.')[0]);
        Assert.Equal(100, host.Server.UserKeys.Distinct().Count() + rejectedBatch.Count);
        Assert.Equal(host.Server.UserKeys.Count, host.Server.UserKeys.Distinct().Count());
    }

    [Fact]
    public async Task A_delivered_batch_that_cannot_be_removed_is_not_sent_again()
    {
        await using var host = await InsightTestHost.StartWithFaultyOutboxAsync();
        await host.Server.StopAsync();
        host.Evaluate(10);
        Assert.Equal(new FlushResult { ToOutbox = 10 }, await host.FlushAsync());

        await host.Server.RestartAsync();
        host.Server.Reply = _ =>
        {
            host.Outbox.Fault = OutboxFault.Throws;
            return TrackReply.Ok;
        };
        await host.UntilAsync(() => host.Server.KeptEvents == 10);
        Assert.Equal(1, host.OutboxFiles);
        await Eventually.Holds(() => host.Status.PossibleDuplicates == 10);

        host.Outbox.Fault = OutboxFault.None;
        await host.UntilAsync(() => host.OutboxFiles == 0);
        host.AssertEachArrivedOnce();
    }

    [Fact]
    public async Task A_batch_whose_id_is_not_its_name_is_set_aside_and_names_no_file()
    {
        await using var host = await InsightTestHost.StartAsync();
        var crafted = new InsightBatch("../../../crafted", InsightTestHost.Environment, 2, "[{},{}]"u8.ToArray());
        Directory.CreateDirectory(host.OutboxFolder);
        var path = Path.Combine(host.OutboxFolder, "20260101T000000000Z-0123456789ab-00000001.jsonl.gz");
        await File.WriteAllBytesAsync(path, crafted.Pack(), Test);

        // The halves of a batch would get the name of the batch with a suffix.
        host.Server.Reply = request => request.Events.Count > 1 ? new TrackReply(413) : TrackReply.Ok;
        await host.DrainAsync();

        Assert.Empty(host.Server.Requests);
        var folder = Path.GetFullPath(Path.Combine(host.OutboxFolder, "..", ".."));
        var name = Path.GetFileName(path);
        Assert.Equal(
            [name, $"{name}.reason.json"],
            Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
        Assert.Equal(2, InsightTestHost.Files(host.RejectedFolder).Length);
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), "crafted*"));
    }

    [Fact]
    public async Task Only_the_user_of_the_process_can_access_files_and_folders()
    {
        if (OperatingSystem.IsWindows())
            return;

        await using var host = await InsightTestHost.StartAsync(options =>
            options.Outbox.Path = Path.Combine(options.Outbox.Path!, "new", "outbox"));
        var folder = Path.GetFullPath(Path.Combine(host.OutboxFolder, "..", "..", "new"));
        var environment = Path.Combine(folder, "outbox", "v1", InsightTestHost.Environment);
        await host.Server.StopAsync();
        host.Evaluate(10);
        await host.FlushAsync();
        var foreign = Path.Combine(environment, "foreign.jsonl.gz");
        await File.WriteAllTextAsync(foreign, "no batch", Test);
        File.SetUnixFileMode(foreign, File.GetUnixFileMode(foreign) | UnixFileMode.OtherRead);
        await host.Server.RestartAsync();
        host.Server.Reply = _ => new TrackReply(400);
        host.Evaluate(1);
        await host.UntilAsync(() => InsightTestHost.Files(environment).Length == 0);

        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        Assert.InRange(files.Length, 6, 6);
        Assert.All(files, path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(path)));
        Assert.All(
            [folder, .. Directory.GetDirectories(folder, "*", SearchOption.AllDirectories)],
            path => Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, ModeOf(path)));

        static UnixFileMode? ModeOf(string path) => OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path);
    }

    private static InsightBatch Batch(string id, string environment = InsightTestHost.Environment) =>
        new(id, environment, 2, Encoding.UTF8.GetBytes("[1,2]"));

    private async Task<List<IInsightClaim>> ClaimAllAsync()
    {
        var claims = new List<IInsightClaim>();
        await ClaimAllAsync(claims);
        return claims;
    }

    private async Task ClaimAllAsync(List<IInsightClaim> claims, FileOutbox? outbox = null)
    {
        await foreach (var claim in (outbox ?? _outbox).ClaimAsync(InsightTestHost.Environment, Test))
            claims.Add(claim);
    }

    // A link to itself cannot be opened, even by the superuser, whom permissions do not stop.
    private void MakeUnusable(string name)
    {
        var path = Path.Combine(Folder, name);
        File.CreateSymbolicLink(path, path);
    }

    private static async Task ReleaseAsync(IEnumerable<IInsightClaim> claims)
    {
        foreach (var claim in claims)
            await claim.DisposeAsync();
    }
}
