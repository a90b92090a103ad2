using Ffc.Sdk.Flags;
using Ffc.Sdk.Insights;
using Ffc.Sdk.Protocol;

namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>A process with one client. After its end, its timers do not fire and its calls do not return.</summary>
#pragma warning disable CA1001 // A process that is killed does not dispose of its client.
internal sealed class SimulatedProcess
#pragma warning restore CA1001
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan StatusLimit = TimeSpan.FromSeconds(5);
    private static readonly Variation Variation = new("1", "yes");

    private readonly SimulatedTime _time;
    private readonly Action<string> _fail;
    private readonly InsightProcessor _insights;
    private readonly Dictionary<int, TimeSpan> _acceptedAt = [];
    private readonly List<Task> _flushes = [];
    private readonly List<Task> _drains = [];
    private readonly string _name;

    public SimulatedProcess(
        int number, Scenario scenario, SimulatedTime time, SimulatedServer server, SimulatedOutbox outbox, Action<string> fail)
    {
        (_name, _time, _fail) = ($"instance {number}", time, fail);
        Clock = new SimulatedClock(time);
        var options = new FfcOptions
        {
            EnvSecret = InsightTestHost.Secret,
            EventsUri = new Uri("http://server"),
            TimeProvider = Clock,
            InsightOutbox = outbox.Connect(this),
            InsightHandler = () => server.CreateHandler(this),
            Random = new Random(scenario.Seed + number),
        };
        options.Insights.Capacity = scenario.Capacity;
        options.Insights.BatchSize = scenario.BatchSize;
        options.Insights.MaxRetries = scenario.MaxRetries;
        _insights = new InsightProcessor(options, ServerProtocol.Parse(options.EnvSecret));
    }

    public SimulatedClock Clock { get; }

    public InsightStatus Status => _insights.Status;

    /// <summary>Whether the client is closing or the process has ended.</summary>
    public bool IsClosing => Closing is not null || HasEnded;

    public bool HasEnded { get; private set; }

    public bool IsKilled { get; private set; }

    /// <summary>When the client began to close.</summary>
    public TimeSpan ClosingAt { get; private set; }

    /// <summary>The possible duplicates that the client had counted when it began to close.</summary>
    public long DuplicatesBeforeClosing { get; private set; }

    /// <summary>The events in memory when the client began to close.</summary>
    public int WaitingBeforeClosing { get; private set; }

    /// <summary>The events that the client has accepted.</summary>
    public IReadOnlyCollection<int> Accepted => _acceptedAt.Keys;

    /// <summary>The events whose caller was told to send them again.</summary>
    public HashSet<int> Refused { get; } = [];

    /// <summary>The events of calls that may have succeeded, although the client did not learn it.</summary>
    public HashSet<int> UnknownOutcomes { get; } = [];

    /// <summary>The number of events in calls that failed or that were not answered.</summary>
    public int Doubts { get; set; }

    private Task? Closing { get; set; }

    public override string ToString() => _name;

    public TimeSpan AcceptedAt(int key) => _acceptedAt[key];

    public void Evaluate(IEnumerable<int> keys)
    {
        foreach (var key in keys)
        {
            // As the client does, which creates no events without room.
            if (_insights.HasRoom)
                _insights.Record(new FlagEvent(EventKeys.CreateUser(key), "flag", Variation, "reason", false, key));
            else
                _insights.Lose(1);
            _acceptedAt.Add(key, _time.Now);
        }
    }

    public void Track(int key) => _ = TrackAsync(key);

    public void Flush() => _flushes.Add(_insights.FlushAsync(CancellationToken.None));

    public void Drain() => _drains.Add(_insights.DrainOutboxAsync(CancellationToken.None));

    /// <summary>Reads the status once a second.</summary>
    public void ReadStatus(int times)
    {
        if (HasEnded || times == 0)
            return;

        _ = ReadStatusAsync();
        _time.Schedule(TimeSpan.FromSeconds(1), () => ReadStatus(times - 1));
    }

    public void Stop()
    {
        ClosingAt = _time.Now;
        (DuplicatesBeforeClosing, WaitingBeforeClosing) = (Status.PossibleDuplicates, Status.Waiting);
        Closing = _insights.DisposeAsync().AsTask();
    }

    public void Kill() => (HasEnded, IsKilled, Clock.IsStopped) = (true, true, true);

    /// <summary>Ends the process if the client is closed. Checks the time that it took.</summary>
    /// <returns>True if the process has ended now.</returns>
    public bool EndIfClosed()
    {
        if (HasEnded || Closing is null)
            return false;

        if (_time.Now - ClosingAt > CloseLimit)
            _fail($"{this} is not closed after {CloseLimit.TotalSeconds} s");
        if (!Closing.IsCompleted)
            return false;

        (HasEnded, Clock.IsStopped) = (true, true);
        if (_flushes.Exists(flush => !flush.IsCompleted))
            _fail($"{this} is closed, but a flush is not complete");
        if (Status is not { Waiting: 0, Sending: 0 })
            _fail($"{this} is closed, but not every event has an outcome: {Status}");
        return true;
    }

    /// <summary>Checks that no event has two outcomes and, if the client is idle, that every event has one.</summary>
    public void CheckCounts(bool isIdle)
    {
        if (!HasEnded && (Status.Sending < 0 || (isIdle && Status.Sending != 0)))
            _fail($"the counts of {this} do not add up: {Status}");
    }

    /// <summary>Checks that no call of the client hangs.</summary>
    public void CheckCalls()
    {
        if (!HasEnded && _flushes.Concat(_drains).Any(call => !call.IsCompleted))
            _fail($"a flush or drain of {this} hangs");
    }

    /// <summary>Runs a call of the client. It does not return if the process ends.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        await HangIfEndedAsync();
        try
        {
            return await call();
        }
        finally
        {
            await HangIfEndedAsync();
        }
    }

    private Task HangIfEndedAsync() => HasEnded ? new TaskCompletionSource().Task : Task.CompletedTask;

    private async Task TrackAsync(int key)
    {
        var isQueued = await _insights.TryRecordAsync(
            new MetricEvent(EventKeys.CreateUser(key), "metric", 1, key), CancellationToken.None);
        if (isQueued)
            _acceptedAt.Add(key, _time.Now);
        else
            Refused.Add(key);
    }

    private async Task ReadStatusAsync()
    {
        var start = _time.Now;
        await _insights.GetOutboxStatusAsync(CancellationToken.None);
        if (_time.Now - start > StatusLimit)
            _fail($"{this} returned its status after {(_time.Now - start).TotalSeconds} s");
    }
}
