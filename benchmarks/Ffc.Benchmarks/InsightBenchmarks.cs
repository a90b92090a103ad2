using BenchmarkDotNet.Attributes;
using Ffc.Sdk;

namespace Ffc.Benchmarks;

/// <summary>A client that sends its events to a server of the same machine.</summary>
public abstract class InsightBench : IAsyncDisposable
{
    private InsightServer _server = null!;

    private protected FfcUser User { get; } = FlagScenarios.User("anna");

    private protected FfcClient Client { get; private set; } = null!;

    /// <summary>How many events the server has so far.</summary>
    private protected int Arrived => _server.Events;

    [GlobalSetup]
    public async Task Start()
    {
        _server = await InsightServer.StartAsync().ConfigureAwait(false);
        Client = FlagScenarios.ClientOf(_server.Uri);
    }

    [GlobalCleanup]
    public async Task Stop() => await DisposeAsync().ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}

/// <summary>What an event costs whoever causes it, while others send what came before.</summary>
[InvocationCount(8_192)]
[IterationCount(60)]
[WarmupCount(150)] // So few calls at a time: until then some of them run code that is not compiled in earnest yet.
public class InsightBenchmarks : InsightBench
{
    private readonly FfcClient _silent = FlagScenarios.Client();

    /// <summary>Nothing may be lost, or less was measured than was to be.</summary>
    [IterationCleanup]
    public void Flush()
    {
        Client.FlushAsync().GetAwaiter().GetResult();
        if (Client.Insights is not { Lost: 0, ToOutbox: 0 })
            throw new InvalidOperationException($"not all was delivered: {Client.Insights}");
    }

    [Benchmark(Description = "TrackMetric"), Target("<= 500 ns, the event itself")]
    public void TrackMetric() => Client.TrackMetric(User, "checkout", 49.9);

    [Benchmark(Description = "evaluation with its event"), Target("evaluation + 500 ns, the event itself")]
    public bool EvaluationWithEvent() => Client.Variation(FlagScenarios.DefaultRollout, User, false);

    [Benchmark(Baseline = true, Description = "evaluation without")]
    public bool EvaluationWithout() => _silent.Variation(FlagScenarios.DefaultRollout, User, false);
}

/// <summary>How fast events go all the way to a server of the same machine.</summary>
[InvocationCount(1)]
[IterationCount(10)]
[WarmupCount(2)]
public class InsightThroughputBenchmarks : InsightBench
{
    private const int Events = 100_000;

    [Benchmark(Description = "100,000 evaluations, each delivered"), Target("<= 1 s, none lost")]
    public async Task Deliver()
    {
        var before = Arrived;
        for (var i = 0; i < Events; i++)
        {
            Client.Variation(FlagScenarios.DefaultRollout, User, false);

            // Faster than anybody can send is no use: what waits is not to go beyond the queue.
            while (i % 1_000 == 0 && Client.Insights.Waiting > 9_000)
                await Task.Yield();
        }

        await Client.FlushAsync().ConfigureAwait(false);
        if (Arrived - before != Events)
            throw new InvalidOperationException($"{Arrived - before} of {Events} events came: {Client.Insights}");
    }
}
