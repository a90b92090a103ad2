using BenchmarkDotNet.Attributes;
using Ffc.Sdk;

namespace Ffc.Benchmarks;

/// <summary>What an event costs whoever causes it, while others send what came before.</summary>
[InvocationCount(8_192)]
[IterationCount(60)]
[WarmupCount(150)] // So few calls at a time: until then some of them run code that is not compiled in earnest yet.
public class InsightBenchmarks : IAsyncDisposable
{
    private readonly FfcUser _user = FlagScenarios.User("anna");
    private readonly FfcClient _silent = FlagScenarios.Client();
    private InsightServer _server = null!;
    private FfcClient _client = null!;

    [GlobalSetup]
    public async Task Start()
    {
        _server = await InsightServer.StartAsync().ConfigureAwait(false);
        _client = FlagScenarios.ClientOf(_server.Uri);
    }

    /// <summary>Nothing may be lost, or less was measured than was to be.</summary>
    [IterationCleanup]
    public void Flush()
    {
        _client.FlushAsync().GetAwaiter().GetResult();
        if (_client.Insights is not { Lost: 0, ToOutbox: 0 })
            throw new InvalidOperationException($"not all was delivered: {_client.Insights}");
    }

    [GlobalCleanup]
    public async Task Stop() => await DisposeAsync().ConfigureAwait(false);

    [Benchmark(Description = "TrackMetric"), Target("<= 500 ns, the event itself")]
    public void TrackMetric() => _client.TrackMetric(_user, "checkout", 49.9);

    [Benchmark(Description = "evaluation with its event"), Target("evaluation + 500 ns, the event itself")]
    public bool EvaluationWithEvent() => _client.Variation(FlagScenarios.DefaultRollout, _user, false);

    [Benchmark(Baseline = true, Description = "evaluation without")]
    public bool EvaluationWithout() => _silent.Variation(FlagScenarios.DefaultRollout, _user, false);

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        await _silent.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}

/// <summary>How fast events go all the way to a server of the same machine.</summary>
[InvocationCount(1)]
[IterationCount(10)]
[WarmupCount(2)]
public class InsightThroughputBenchmarks : IAsyncDisposable
{
    private const int Events = 100_000;

    private readonly FfcUser _user = FlagScenarios.User("anna");
    private InsightServer _server = null!;
    private FfcClient _client = null!;

    [GlobalSetup]
    public async Task Start()
    {
        _server = await InsightServer.StartAsync().ConfigureAwait(false);
        _client = FlagScenarios.ClientOf(_server.Uri);
    }

    [GlobalCleanup]
    public async Task Stop() => await DisposeAsync().ConfigureAwait(false);

    [Benchmark(Description = "100,000 evaluations, each delivered"), Target("<= 1 s, none lost")]
    public async Task Deliver()
    {
        var before = _server.Events;
        for (var i = 0; i < Events; i++)
        {
            _client.Variation(FlagScenarios.DefaultRollout, _user, false);

            // Faster than anybody can send is no use: what waits is not to go beyond the queue.
            while (i % 1_000 == 0 && _client.Insights.Waiting > 9_000)
                await Task.Yield();
        }

        await _client.FlushAsync().ConfigureAwait(false);
        if (_server.Events - before != Events)
            throw new InvalidOperationException($"{_server.Events - before} of {Events} events came: {_client.Insights}");
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
