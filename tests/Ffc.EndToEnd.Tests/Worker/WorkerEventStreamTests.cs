using System.Diagnostics;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>Event streams of the published function app, through the host.</summary>
public sealed class WorkerEventStreamTests : IAsyncLifetime, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-worker-events-");
    private AppProcess _server = null!;
    private FunctionsHost _host = null!;
    private bool _isEnabled = true;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private string FlagsPath => Path.Combine(_folder.FullName, "flags.json");

    public async ValueTask InitializeAsync()
    {
        File.Copy(Repository.PathOf("samples/flags.json"), FlagsPath);
        _server = await AppProcess.StartAsync("Ffc.DevServer", [], "--flags", FlagsPath, "--urls", "http://127.0.0.1:0");
        _host = await FunctionsHost.StartAsync(new Dictionary<string, string>(FlagService.Settings(_server.BaseUri))
        {
            ["Ffc__Ofrep__EventStreams"] = "true",
        });
        _host.Http.Timeout = Timeout.InfiniteTimeSpan;
        await Eventually.Is(
            async () => (await HostRequest.Get("/api/health/ready").SendAsync(_host.Http, Test)).Status, status => status == 200);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_stream_is_one_invocation_until_the_client_closes_it()
    {
        var before = _host.RunningInvocations;
        await using (var stream = await OpenAsync())
        {
            var first = await stream.NextAsync();
            Assert.Equal(before + 1, _host.RunningInvocations);

            ChangeFlags();

            Assert.NotEqual(first, await stream.NextAsync());
            Assert.Equal(before + 1, _host.RunningInvocations);
        }

        await Eventually.Holds(() => _host.RunningInvocations == before);
    }

    [Fact]
    public async Task Streams_end_without_an_error_when_the_host_terminates_the_worker()
    {
        await using var stream = await OpenAsync();
        await stream.NextAsync();

        var duration = await _host.TerminateAsync();

        Assert.InRange(duration, TimeSpan.Zero, FunctionsHost.GracePeriod - TimeSpan.FromMilliseconds(500));
        Assert.Equal(0, _host.Worker.ExitCode);
        await stream.AssertEndsAsync();
    }

    // Run by hand: the figures are in docs/ofrep.md.
    [Theory(Explicit = true)]
    [InlineData(100)]
    [InlineData(1_000)]
    public async Task Print_what_open_streams_cost(int count)
    {
        List<EventStream> streams = [];
        for (var round = 1; round <= 3; round++)
        {
            var before = Figures();
            for (var i = 0; i < count; i++)
                streams.Add(await OpenAsync());
            await Task.WhenAll(streams.Select(stream => stream.NextAsync()));
            var during = Figures();

            var clock = Stopwatch.StartNew();
            ChangeFlags();
            await Task.WhenAll(streams.Select(stream => stream.NextAsync()));
            TestContext.Current.SendDiagnosticMessage(
                $"round {round}, {count} streams: before {before}; open {during}; "
                + $"a change reached all in {clock.ElapsedMilliseconds} ms");

            foreach (var stream in streams)
                await stream.DisposeAsync();
            streams.Clear();
            await Eventually.Holds(() => _host.RunningInvocations == 0);
        }
    }

    private void ChangeFlags()
    {
        _isEnabled = !_isEnabled;
        FlagsFile.Edit(FlagsPath, flags => flags.Find("new-checkout")["ff"]!["status"] = _isEnabled ? "Enabled" : "Disabled");
    }

    private string Figures()
    {
        var status = File.ReadAllLines($"/proc/{_host.Worker.Id}/status");
        var rss = long.Parse(
            status.Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(':', ' ')[^2],
            CultureInfo.InvariantCulture) / 1024;
        var threads = status.Single(line => line.StartsWith("Threads:", StringComparison.Ordinal))["Threads:".Length..].Trim();
        return $"{rss} MiB, {threads} threads, {_host.RunningInvocations} invocations";
    }

    private async Task<EventStream> OpenAsync()
    {
        var bulk = await HostRequest.Post("/api/ofrep/v1/evaluate/flags", """{"context":{"targetingKey":"u1"}}""")
            .SendAsync(_host.Http, Test);
        using var body = JsonDocument.Parse(bulk.Body);
        var uri = body.RootElement.GetProperty("eventStreams")[0].GetProperty("endpoint").GetProperty("requestUri").GetString();
        var response = await _host.Http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, Test);
        return new EventStream(response.EnsureSuccessStatusCode(), await response.Content.ReadAsStreamAsync(Test));
    }

    private sealed class EventStream(HttpResponseMessage response, Stream stream) : IAsyncDisposable
    {
        private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

        private readonly IAsyncEnumerator<SseItem<string>> _events =
            SseParser.Create(stream).EnumerateAsync(Test).GetAsyncEnumerator(Test);

        /// <summary>Waits for the next event and returns its id.</summary>
        public async Task<string?> NextAsync()
        {
            Assert.True(await _events.MoveNextAsync().AsTask().WaitAsync(Deadline, Test));
            return _events.Current.EventId;
        }

        public async Task AssertEndsAsync() =>
            Assert.False(await _events.MoveNextAsync().AsTask().WaitAsync(Deadline, Test));

        public async ValueTask DisposeAsync()
        {
            // Before the enumerator, which may be waiting for an event.
            response.Dispose();
            await stream.DisposeAsync();
            await _events.DisposeAsync();
        }
    }
}
