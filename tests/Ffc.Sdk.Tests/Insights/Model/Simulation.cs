namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>A promise of the delivery that does not hold.</summary>
internal sealed class ModelException(string message) : Exception(message);

/// <summary>
/// Runs a scenario, and then checks the promise of the delivery: each event is delivered, in the outbox, rejected or counted as
/// lost; it is lost only if neither server nor outbox accepted it in the time that there was; and each event that is delivered
/// twice is counted.
/// </summary>
internal sealed class Simulation
{
    private const int MaxInstances = 3;

    // In a second, 50 batches can be sent and 160 be stored if each call takes 100 ms.
    private const int MaxSentOnClose = 50;
    private const int MaxStoredOnClose = 160;

    // A server that works is used again after its longest pause, which is a minute, and a request, which takes up to 20 s.
    private static readonly TimeSpan ServerRecovery = TimeSpan.FromSeconds(130);

    // An outbox that works is used again after its pause and a call, which take 5 s each, and a flush interval.
    private static readonly TimeSpan OutboxRecovery = TimeSpan.FromSeconds(20);

    // An event is stored after two flush intervals if server and outbox work. A delivery takes up to 20 s before that.
    private static readonly TimeSpan MaxTimeInMemory = TimeSpan.FromSeconds(60);

    // A closing client has 3.7 s, 2 s of them for requests, and tries again every 100 ms.
    private static readonly TimeSpan MinCloseTime = TimeSpan.FromSeconds(3.6);
    private static readonly TimeSpan SendTimeOnClose = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan OutboxRecoveryOnClose = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan DrainInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(6);

    // A claim takes up to 30 s, a request 20 s and the calls to the outbox 5 s each.
    private static readonly TimeSpan CallLimit = TimeSpan.FromMinutes(2);

    private readonly Scenario _scenario;
    private readonly SimulatedTime _time = new();
    private readonly SimulatedServer _server;
    private readonly SimulatedOutbox _outbox;
    private readonly List<SimulatedProcess> _instances = [];
    private readonly Dictionary<SimulatedProcess, long> _lost = [];
    private readonly List<string> _trace = [];
    private int _events;
    private string? _failure;

    private Simulation(Scenario scenario)
    {
        var random = new Random(scenario.Seed);
        _scenario = scenario;
        _server = new SimulatedServer(_time, random);
        _outbox = new SimulatedOutbox(_time, random, Fail) { IsDelivered = key => _server.Received(key) > 0 };
        _time.Settled = CheckInstances;
    }

    /// <summary>Runs a scenario. Must run on the only thread of the thread pool.</summary>
    /// <exception cref="ModelException">The promise does not hold.</exception>
    public static Task RunAsync(Scenario scenario) => new Simulation(scenario).RunAsync();

    private async Task RunAsync()
    {
        StartInstance();
        foreach (var operation in _scenario.Operations)
        {
            Trace(operation.ToString());
            await RunAsync(operation);
            await _time.AdvanceAsync(TimeSpan.Zero);
        }

        await DrainAllAsync();
        await SendAllAsync();
        await StopAllAsync();
        CheckEvents();
        ThrowIfFailed();
    }

    private async Task RunAsync(Operation operation)
    {
        switch (operation)
        {
            case Evaluate(var instance, var events, var seconds):
                Evaluate(Get(instance), events, seconds);
                break;
            case Track(var instance):
                Get(instance).Track(_events++);
                break;
            case Flush(var instance):
                Get(instance).Flush();
                break;
            case Drain(var instance):
                Get(instance).Drain();
                break;
            case ReadStatus(var instance, var times):
                Get(instance).ReadStatus(times);
                break;
            case Stop(var instance):
                if (Get(instance) is { IsClosing: false } stopping)
                    stopping.Stop();
                break;
            case Kill(var instance):
                Kill(Get(instance));
                break;
            case Start:
                if (_instances.Count(process => !process.HasEnded) < MaxInstances)
                    StartInstance();
                break;
            case SetClock(var instance, var minutes):
                Get(instance).Clock.Offset += TimeSpan.FromMinutes(minutes);
                break;
            case Wait(var milliseconds):
                await _time.AdvanceAsync(TimeSpan.FromMilliseconds(milliseconds));
                break;
            case SetServer(var fault, var latency, var every, var requests):
                _server.Plan.Set(fault, TimeSpan.FromMilliseconds(latency), every, requests);
                break;
            case SetOutbox(var call, var fault, var latency, var every, var calls):
                _outbox.Plan(call).Set(fault, TimeSpan.FromMilliseconds(latency), every, calls);
                break;
            case SetLatency(var server, var outbox):
                _server.Plan.Set(ServerFault.None, TimeSpan.FromMilliseconds(server), 1, 0);
                foreach (var call in Enum.GetValues<OutboxCall>())
                    _outbox.Plan(call).Set(CallFault.None, TimeSpan.FromMilliseconds(outbox), 1, 0);
                break;
            case HealServer:
                _server.Plan.Heal();
                break;
            case HealOutbox:
                HealOutboxCalls();
                break;
            case DamageBatch(var number):
                if (_outbox.Batches.Any())
                    _outbox.Batches.ElementAt(number % _outbox.Batches.Count()).IsDamaged = true;
                _outbox.Plan(OutboxCall.Complete).MarkBad(TimeSpan.MaxValue / 2);
                break;
            case ExpireLeases:
                _outbox.ExpireLeases();
                _outbox.Plan(OutboxCall.Complete).MarkBad(TimeSpan.Zero);
                break;
        }
    }

    private SimulatedProcess Get(int number)
    {
        var running = _instances.FindAll(process => !process.HasEnded);
        return running.Count == 0 ? StartInstance() : running[number % running.Count];
    }

    private SimulatedProcess StartInstance()
    {
        var process = new SimulatedProcess(_instances.Count, _scenario, _time, _server, _outbox, Fail);
        _instances.Add(process);
        _lost.Add(process, 0);
        return process;
    }

    private void Evaluate(SimulatedProcess process, int events, int seconds)
    {
        if (process.IsClosing)
            return;

        process.Evaluate(Enumerable.Range(_events, events));
        _events += events;
        if (seconds > 1)
            _time.Schedule(TimeSpan.FromSeconds(1), () => Evaluate(process, events, seconds - 1));
    }

    private void Kill(SimulatedProcess process)
    {
        CheckMemory(process);
        process.Kill();
    }

    private void HealOutboxCalls()
    {
        foreach (var call in Enum.GetValues<OutboxCall>())
            _outbox.Plan(call).Heal();
    }

    /// <summary>A batch that cannot be removed does not delay the others. Then the outbox becomes empty.</summary>
    private async Task DrainAllAsync()
    {
        Trace("drain all");
        foreach (var process in _instances.FindAll(process => !process.HasEnded))
            CheckMemory(process);
        _server.Plan.Heal();
        HealOutboxCalls();
        StartInstance();
        await DrainUntilAsync(() => _outbox.Batches.All(batch => batch.IsDamaged));
        foreach (var batch in _outbox.Batches)
            batch.IsDamaged = false;
        await DrainUntilAsync(() => !_outbox.Batches.Any());
        await _time.AdvanceAsync(CallLimit);
        foreach (var process in _instances)
        {
            process.CheckCalls();
            process.CheckCounts(isIdle: true);
        }
    }

    private async Task DrainUntilAsync(Func<bool> isDrained)
    {
        var limit = _time.Now + DrainLimit;
        while (!IsComplete() && _time.Now < limit)
        {
            foreach (var process in _instances.FindAll(process => !process.IsClosing))
                process.Drain();
            await _time.AdvanceAsync(DrainInterval, IsComplete);
            ThrowIfFailed();
        }

        if (!IsComplete())
        {
            var waiting = _instances.Where(process => !process.HasEnded).Sum(process => process.Status.Waiting);
            Fail($"after {DrainLimit.TotalMinutes} minutes without a fault, {string.Join(", ", _outbox.Batches)} are in the "
                + $"outbox and {waiting} in memory");
        }

        bool IsComplete() => isDrained() && _instances.TrueForAll(process => process.HasEnded || process.Status.Waiting == 0);
    }

    /// <summary>Each instance sends again when the server has worked for some time.</summary>
    private async Task SendAllAsync()
    {
        Trace("send all");
        await _time.AdvanceAsync(ServerRecovery);
        foreach (var process in _instances.FindAll(process => !process.IsClosing))
        {
            var delivered = process.Status.Delivered;
            Evaluate(process, 1, 1);
            process.Flush();
            await _time.AdvanceAsync(TimeSpan.FromSeconds(1));
            if (process.Status.Delivered == delivered)
                Fail($"{process} sends nothing, although the server works for {ServerRecovery.TotalSeconds} s");
        }
    }

    private async Task StopAllAsync()
    {
        foreach (var process in _instances.FindAll(process => !process.IsClosing))
            process.Stop();
        await _time.AdvanceAsync(TimeSpan.FromSeconds(5));
        ThrowIfFailed();
    }

    private void CheckInstances()
    {
        foreach (var process in _instances)
        {
            if (process.HasEnded)
                continue;

            process.CheckCounts(isIdle: false);
            if (process.EndIfClosed())
                CheckStop(process);
            var lost = process.Status.Lost;
            if (lost > _lost[process])
                CheckLoss(process, lost - _lost[process]);
            _lost[process] = lost;
        }
    }

    /// <summary>If server and outbox work, a client causes no duplicates before its time for requests is over.</summary>
    private void CheckStop(SimulatedProcess process)
    {
        var plans = Enum.GetValues<OutboxCall>().Select(call => _outbox.Plan(call).BadUntil).Append(_server.Plan.BadUntil);
        var doubtful = process.Status.PossibleDuplicates - process.DuplicatesBeforeClosing;
        if (doubtful > 0 && process.ClosingAt - plans.Max() > ServerRecovery && _time.Now - process.ClosingAt < SendTimeOnClose)
            Fail($"{process} caused {doubtful} possible duplicates while it closed, although server and outbox work");
    }

    private void CheckLoss(SimulatedProcess process, long events)
    {
        var now = _time.Now;
        var put = _outbox.Plan(OutboxCall.Put);
        var (outboxWorksFor, serverWorksFor) = (now - put.BadUntil, now - _server.Plan.BadUntil);
        Trace($"{process} lost {events}; the outbox works for {outboxWorksFor}, the server for {serverWorksFor}");
        if (!process.IsClosing)
        {
            if (outboxWorksFor > OutboxRecovery || serverWorksFor > ServerRecovery)
                Fail($"{process} lost {events} events, but the outbox works for {outboxWorksFor}, the server {serverWorksFor}");
            return;
        }

        var closingFor = now - process.ClosingAt;
        if (closingFor < MinCloseTime)
            Fail($"{process} lost {events} events {closingFor} after it began to close");
        if (serverWorksFor > closingFor && process.WaitingBeforeClosing <= MaxSentOnClose * _scenario.BatchSize)
            Fail($"{process} lost {events} events, but the server worked while it closed");
        if (outboxWorksFor > OutboxRecoveryOnClose && process.WaitingBeforeClosing <= MaxStoredOnClose * _scenario.BatchSize)
            Fail($"{process} lost {events} events, but the outbox works for {outboxWorksFor}");
    }

    /// <summary>If server or outbox work, events are only in memory for a limited time, because a kill loses them.</summary>
    private void CheckMemory(SimulatedProcess process)
    {
        if (process.IsClosing)
            return;

        var (now, put) = (_time.Now, _outbox.Plan(OutboxCall.Put));
        if (now - put.BadUntil < MaxTimeInMemory && now - _server.Plan.BadUntil < ServerRecovery)
            return;

        // The parts of a batch are sent one after the other, so that the events of a batch that is too large may take longer.
        var old = process.Accepted.Where(key => !IsDurable(key)
            && !_server.TooLarge.Contains(key)
            && now - process.AcceptedAt(key) > MaxTimeInMemory).ToList();
        if (old.Count > process.Status.Lost)
            Fail($"{process} has {old.Count} events in memory for more than {MaxTimeInMemory.TotalSeconds} s");
    }

    private void CheckEvents()
    {
        foreach (var process in _instances)
        {
            var (status, missing) = (process.Status, process.Accepted.Count(key => !IsDurable(key)));
            if (missing > status.Lost && !process.IsKilled)
                Fail($"{missing} events of {process} are missing, but it counted {status.Lost} as lost");
            var known = status.Lost - missing - process.UnknownOutcomes.Count;
            if (known > 0)
                Fail($"{process} counted {known} events as lost that are not");
        }

        var refused = _instances.SelectMany(process => process.Refused).ToHashSet();
        var twice = Enumerable.Range(0, _events).Sum(key => Math.Max(0, _server.Received(key) - (refused.Contains(key) ? 0 : 1)));
        var counted = _instances.Sum(process => process.Status.PossibleDuplicates);
        var doubts = _instances.Sum(process => process.Doubts);
        if (counted > doubts)
            Fail($"{counted} possible duplicates are counted, but the outcome of only {doubts} events is unknown");
        if (twice > counted)
            Fail($"{twice} events arrived twice, and {counted} are counted");
    }

    private bool IsDurable(int key) =>
        _server.Received(key) > 0 || _outbox.IsRejected(key) || _outbox.Batches.Any(batch => batch.Keys.Contains(key));

    private void Trace(string message) => _trace.Add($"{_time.Now.TotalSeconds:0.000} {message}");

    private void Fail(string message)
    {
        Trace(message);
        _failure ??= message;
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
            throw new ModelException(string.Join(Environment.NewLine, [_failure, .. _trace]));
    }
}
