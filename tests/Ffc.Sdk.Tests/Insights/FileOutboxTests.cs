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

    private string Folder => Path.Combine(_folder.FullName, "v1", InsightBench.Environment);

    private string Rejected => Path.Combine(_folder.FullName, "rejected", "v1", InsightBench.Environment);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Batches_come_out_as_they_went_in_the_oldest_first()
    {
        foreach (var id in new[] { "b", "a", "c" })
            await _outbox.PutAsync(Batch(id), Test);

        var claims = await ClaimAllAsync();

        Assert.Equal(["a", "b", "c"], claims.Select(claim => claim.Batch.Id));
        Assert.All(claims, claim => Assert.Equal("[1,2]", Encoding.UTF8.GetString(claim.Batch.Events.Span)));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task A_batch_is_taken_by_one_at_a_time_and_is_free_again_when_given_back()
    {
        await _outbox.PutAsync(Batch("a"), Test);

        var claims = await ClaimAllAsync();
        Assert.Empty(await ClaimAllAsync());
        Assert.Equal(1, await _outbox.CountAsync(InsightBench.Environment, Test));

        await ReleaseAsync(claims);
        var again = await ClaimAllAsync();
        await Assert.Single(again).CompleteAsync(Test);
        await ReleaseAsync(again);
        Assert.Empty(await ClaimAllAsync());
        Assert.Equal(0, await _outbox.CountAsync(InsightBench.Environment, Test));
    }

    [Fact]
    public async Task A_batch_of_another_environment_is_not_looked_at()
    {
        await _outbox.PutAsync(Batch("a", environment: "9__9__9"), Test);

        Assert.Empty(await ClaimAllAsync());
        Assert.Equal(0, await _outbox.CountAsync(InsightBench.Environment, Test));
    }

    [Fact]
    public async Task What_cannot_be_read_is_set_aside_with_the_reason_and_is_not_in_the_way()
    {
        await _outbox.PutAsync(Batch("b"), Test);
        await File.WriteAllTextAsync(Path.Combine(Folder, "a.jsonl.gz"), "no gzip at all", Test);
        await File.WriteAllBytesAsync(Path.Combine(Folder, "c.jsonl.gz"), Batch("c", environment: "9__9__9").Pack(), Test);

        var claims = await ClaimAllAsync();

        Assert.Equal(["b"], claims.Select(claim => claim.Batch.Id));
        Assert.Equal(
            ["a.jsonl.gz", "a.jsonl.gz.reason.json", "c.jsonl.gz", "c.jsonl.gz.reason.json"],
            InsightBench.Files(Rejected).Select(Path.GetFileName));
        Assert.Equal("no gzip at all", await File.ReadAllTextAsync(Path.Combine(Rejected, "a.jsonl.gz"), Test));
        Assert.Contains("another environment", await File.ReadAllTextAsync(Path.Combine(Rejected, "c.jsonl.gz.reason.json"), Test), StringComparison.Ordinal);
        Assert.Equal(2, _logs.Collector.GetSnapshot().Count(record => record.Level == LogLevel.Warning));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task Files_of_another_version_stay_where_they_are()
    {
        var later = Directory.CreateDirectory(Path.Combine(_folder.FullName, "v2", InsightBench.Environment));
        var file = Path.Combine(later.FullName, "a.jsonl.gz");
        await File.WriteAllTextAsync(file, "whatever version 2 is", Test);
        await _outbox.PutAsync(Batch("a"), Test);

        var claims = await ClaimAllAsync();

        Assert.Single(claims);
        Assert.True(File.Exists(file));
        Assert.False(Directory.Exists(Rejected));
        await ReleaseAsync(claims);
    }

    [Fact]
    public async Task A_draft_whose_writer_died_is_taken_up_when_it_is_whole()
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
    public async Task A_batch_that_could_not_be_written_leaves_nothing_behind()
    {
        using var tooLate = new CancellationTokenSource();
        await tooLate.CancelAsync();
        Directory.CreateDirectory(Path.Combine(Folder, "b.jsonl.gz"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _outbox.PutAsync(Batch("a"), tooLate.Token));
        await Assert.ThrowsAnyAsync<Exception>(() => _outbox.PutAsync(Batch("b"), Test));

        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task A_batch_may_be_put_twice_and_is_there_once()
    {
        await _outbox.PutAsync(Batch("a"), Test);
        await _outbox.PutAsync(Batch("a"), Test);

        Assert.Equal(1, await _outbox.CountAsync(InsightBench.Environment, Test));
    }

    [Fact]
    public async Task A_batch_is_rejected_with_its_reason_and_split_into_two()
    {
        await _outbox.PutAsync(Batch("a"), Test);
        await _outbox.PutAsync(Batch("b"), Test);
        var claims = await ClaimAllAsync();

        await claims[0].RejectAsync(new InsightRejection(400, "odd", _clock.GetUtcNow()), Test);
        var (first, second) = claims[1].Batch.Split();
        await claims[1].SplitAsync(first, second, Test);
        await ReleaseAsync(claims);

        Assert.Equal(["a.jsonl.gz", "a.jsonl.gz.reason.json"], InsightBench.Files(Rejected).Select(Path.GetFileName));
        var halves = await ClaimAllAsync();
        Assert.Equal(["[1]", "[2]"], halves.Select(claim => Encoding.UTF8.GetString(claim.Batch.Events.Span)));
        await ReleaseAsync(halves);
    }

    [Fact]
    public async Task Two_clients_that_drain_one_outbox_of_500_batches_send_each_once()
    {
        await using var bench = await InsightBench.StartAsync(options => options.Insights.BatchSize = 1);
        await bench.Server.StopAsync();
        bench.Evaluate(500);
        await bench.CloseAsync(bench.Client);
        Assert.Equal(500, bench.OutboxFiles);

        await bench.Server.RestartAsync();
        await using var one = bench.Another();
        await using var other = bench.Another();
        var results = await Task.WhenAll(one.DrainOutboxAsync(Test), other.DrainOutboxAsync(Test));

        Assert.Equal(500, results.Sum(result => result.Delivered));
        Assert.All(results, result => Assert.InRange(result.Delivered, 1, 499));
        Assert.Equal(500, bench.Server.Requests.Count);
        bench.AssertEachArrivedOnce();
        await bench.CloseAsync(one);
        await bench.CloseAsync(other);
    }

    [Fact]
    public async Task A_drain_splits_what_is_too_large_rejects_what_is_refused_and_leaves_the_rest_when_the_server_goes_down()
    {
        await using var bench = await InsightBench.StartAsync();
        await bench.Server.StopAsync();
        bench.Evaluate(100);
        await bench.CloseAsync(bench.Client);
        Assert.Equal(2, bench.OutboxFiles);

        await bench.Server.RestartAsync();
        bench.Server.Reply = request => request switch
        {
            { Events.Count: > 20 } => new TrackReply(413),
            _ when request.Body.AsSpan().IndexOf("user-0000100"u8) >= 0 => new TrackReply(422),
            _ when request.Body.AsSpan().IndexOf("user-0000050"u8) >= 0 => new TrackReply(503),
            _ => TrackReply.Ok,
        };
        await using var next = bench.Another(options => options.Insights.MaxRetries = 0);
        var result = await next.DrainOutboxAsync(Test);

        // 100 events in eight parts: one refused, one left; how much of the rest went before the server failed is a matter of luck.
        Assert.Equal(OutboxDrainEnd.ServerUnavailable, result.End);
        bench.Server.Reply = request => request.Body.AsSpan().IndexOf("user-0000100"u8) >= 0 ? new TrackReply(422) : TrackReply.Ok;
        await bench.UntilAsync(() => bench.OutboxFiles == 0);
        await bench.CloseAsync(next);
        var rejected = InsightBench.Files(bench.RejectedFolder);
        Assert.Equal(2, rejected.Length);
        Assert.Equal(100, bench.Server.UserKeys.Distinct().Count() + InsightBatch.Unpack(await File.ReadAllBytesAsync(rejected[0], Test)).Count);
        Assert.Equal(bench.Server.UserKeys.Count, bench.Server.UserKeys.Distinct().Count());
    }

    [Fact]
    public async Task What_was_delivered_but_could_not_be_removed_is_not_sent_again()
    {
        TroubledOutbox? outbox = null;
        await using var bench = await InsightBench.StartAsync(options =>
            options.InsightOutbox = outbox = new TroubledOutbox(options.Outbox.Path!, options.TimeProvider));
        await bench.Server.StopAsync();
        bench.Evaluate(10);
        Assert.Equal(new FlushResult(ToOutbox: 10), await bench.FlushAsync());

        await bench.Server.RestartAsync();
        bench.Server.Reply = _ =>
        {
            outbox!.Trouble = OutboxTrouble.Throws;
            return TrackReply.Ok;
        };
        await bench.UntilAsync(() => bench.Server.TakenEvents == 10);
        Assert.Equal(1, bench.OutboxFiles);
        await Eventually.Holds(() => bench.Status.PossibleDuplicates == 10);

        outbox!.Trouble = OutboxTrouble.None;
        await bench.UntilAsync(() => bench.OutboxFiles == 0);
        bench.AssertEachArrivedOnce();
    }

    private static InsightBatch Batch(string id, string environment = InsightBench.Environment) =>
        new(id, environment, 2, Encoding.UTF8.GetBytes("[1,2]"));

    private async Task<List<IInsightClaim>> ClaimAllAsync()
    {
        var claims = new List<IInsightClaim>();
        await foreach (var claim in _outbox.ClaimAsync(InsightBench.Environment, Test))
            claims.Add(claim);
        return claims;
    }

    private static async Task ReleaseAsync(IEnumerable<IInsightClaim> claims)
    {
        foreach (var claim in claims)
            await claim.DisposeAsync();
    }
}
