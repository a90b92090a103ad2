using BenchmarkDotNet.Attributes;
using Ffc.Sdk;

namespace Ffc.Benchmarks;

/// <summary>A client that sends its events to a server on the same machine.</summary>
public abstract class InsightBenchmark : IAsyncDisposable
{
    private InsightServer _server = null!;

    private protected FfcUser User { get; } = FlagScenarios.User("anna");

    private protected FfcClient Client { get; private set; } = null!;

    /// <summary>The number of events that the server has received.</summary>
    private protected int ReceivedEvents => _server.Events;

    [GlobalSetup]
    public async Task Start()
    {
        _server = await InsightServer.StartAsync().ConfigureAwait(false);
        Client = FlagScenarios.ConnectedClient(_server.Uri);
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

/// <summary>The cost of an event for the calling thread while the client sends earlier events.</summary>
[InvocationCount(8_192)]
[IterationCount(60)]
[WarmupCount(150)] // Tiered compilation needs many iterations, because each has few calls.
public class InsightBenchmarks : InsightBenchmark
{
    private readonly FfcClient _silent = FlagScenarios.Client();

    /// <summary>Verifies that no event was lost, because a lost event costs less.</summary>
    [IterationCleanup]
    public void Flush()
    {
        Client.FlushAsync().GetAwaiter().GetResult();
        if (Client.Insights.Status is not { Lost: 0, ToOutbox: 0 })
            throw new InvalidOperationException($"not all events were delivered: {Client.Insights.Status}");
    }

    [Benchmark(Description = "TrackMetric"), Target("<= 500 ns, the event itself")]
    public void TrackMetric() => Client.TrackMetric(User, "checkout", 49.9);

    [Benchmark(Description = "evaluation with event"), Target("evaluation + 500 ns, the event itself")]
    public bool EvaluationWithEvent() => Client.Variation(FlagScenarios.DefaultRollout, User, false);

    [Benchmark(Baseline = true, Description = "evaluation without event")]
    public bool EvaluationWithout() => _silent.Variation(FlagScenarios.DefaultRollout, User, false);
}

/// <summary>The throughput of events to a server on the same machine.</summary>
[InvocationCount(1)]
[IterationCount(10)]
[WarmupCount(2)]
public class InsightThroughputBenchmarks : InsightBenchmark
{
    private const int EventCount = 100_000;

    [Benchmark(Description = "100,000 evaluations, each delivered"), Target("<= 1 s, none lost")]
    public async Task Deliver()
    {
        var before = ReceivedEvents;
        for (var i = 0; i < EventCount; i++)
        {
            Client.Variation(FlagScenarios.DefaultRollout, User, false);

            // Waits while the queue is almost full, because a full queue drops events.
            while (i % 1_000 == 0 && Client.Insights.Status.Waiting > 9_000)
                await Task.Yield();
        }

        await Client.FlushAsync().ConfigureAwait(false);
        if (ReceivedEvents - before != EventCount)
        {
            throw new InvalidOperationException(
                $"{ReceivedEvents - before} of {EventCount} events were received: {Client.Insights.Status}");
        }
    }
}

/// <summary>
/// Two threads that evaluate faster than a server on the same machine can receive the events. The result is the time per
/// evaluation: 100 ns are 10 million evaluations a second.
/// </summary>
[InvocationCount(1)]
[IterationCount(20)]
[WarmupCount(5)]
public class OverloadBenchmarks : InsightBenchmark
{
    private const int Threads = 2;
    private const int EvaluationsPerThread = 4_000_000;

    [Benchmark(OperationsPerInvoke = Threads * EvaluationsPerThread, Description = "evaluation with event, two threads")]
    [Target("<= 100 ns")]
    public void Evaluate()
    {
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(EvaluateMany)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    /// <summary>Verifies that each event was delivered or counted as lost.</summary>
    [IterationCleanup]
    public void Flush()
    {
        Client.FlushAsync().GetAwaiter().GetResult();
        var status = Client.Insights.Status;
        Console.WriteLine($"// {status}");
        if (ReceivedEvents != status.Delivered || status.Waiting != 0)
            throw new InvalidOperationException($"{ReceivedEvents} events were received: {status}");
    }

    private void EvaluateMany()
    {
        for (var i = 0; i < EvaluationsPerThread; i++)
            Client.Variation(FlagScenarios.DefaultRollout, User, false);
    }
}
