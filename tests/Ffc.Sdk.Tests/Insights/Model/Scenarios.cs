using CsCheck;

namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>Generates random scenarios.</summary>
internal static class Scenarios
{
    private const int MaxSteps = 40;

    private static readonly Gen<int> Instance = Gen.Int[0, 2];
    private static readonly Gen<int> Latency = OneOf(0, 5, 60, 60, 200, 1_000, 5_000, 9_000);
    private static readonly Gen<int> Every = OneOf(1, 1, 1, 2, 3);
    private static readonly Gen<int> Calls = OneOf(1, 2, 5, 20, int.MaxValue);
    private static readonly Gen<int> Milliseconds = OneOf(10, 100, 500, 1_000, 3_000, 5_000, 10_000, 30_000, 60_000);

    private static readonly Gen<Operation> Operation = Gen.Frequency<Operation>(
        (7, Gen.Select(Instance, Gen.Int[1, 40], Operation (instance, events) => new Evaluate(instance, events, 1))),
        (1, Gen.Select(Instance, Gen.Int[100, 200], Operation (instance, events) => new Evaluate(instance, events, 1))),
        (1, Gen.Select(Instance, Gen.Int[1, 10], Gen.Int[2, 90],
            Operation (instance, events, seconds) => new Evaluate(instance, events, seconds))),
        (3, Instance.Select(Operation (instance) => new Track(instance))),
        (2, Instance.Select(Operation (instance) => new Flush(instance))),
        (4, Instance.Select(Operation (instance) => new Drain(instance))),
        (1, Gen.Select(Instance, Gen.Int[1, 90], Operation (instance, times) => new ReadStatus(instance, times))),
        (3, Instance.Select(Operation (instance) => new Stop(instance))),
        (1, Instance.Select(Operation (instance) => new Kill(instance))),
        (2, Gen.Const<Operation>(new Start())),
        (2, Gen.Select(Instance, Gen.Int[-120, 120], Operation (instance, minutes) => new SetClock(instance, minutes))),
        (12, Milliseconds.Select(Operation (milliseconds) => new Wait(milliseconds))),
        (5, Gen.Select(Gen.Enum<ServerFault>(), Latency, Every, Calls,
            Operation (fault, latency, every, calls) => new SetServer(fault, latency, every, calls))),
        (5, Gen.Select(Gen.Enum<OutboxCall>(), Gen.Enum<CallFault>(), Latency, Every, Calls,
            Operation (call, fault, latency, every, calls) => new SetOutbox(call, fault, latency, every, calls))),
        (2, Gen.Select(Latency, Latency, Operation (server, outbox) => new SetLatency(server, outbox))),
        (2, Gen.Const<Operation>(new HealServer())),
        (2, Gen.Const<Operation>(new HealOutbox())),
        (1, Gen.Int[0, 20].Select(Operation (batch) => new DamageBatch(batch))),
        (1, Gen.Const<Operation>(new ExpireLeases())));

    // Short sequences that a random choice of single operations seldom contains.
    private static readonly Gen<Operation[]> Sequence = Gen.OneOf(
        Gen.Select(Instance, OneOf(10, 100, 1_000), Gen.Bool, Operation[] (instance, milliseconds, isKilled) =>
            [new Drain(instance), new Wait(milliseconds), isKilled ? new Kill(instance) : new Stop(instance)]),
        Gen.Select(Instance, OneOf(10, 100, 200), Operation[] (instance, milliseconds) =>
        [
            new SetLatency(60, 60),
            new Evaluate(instance, 150, 1),
            new Wait(1_000),
            new Drain(instance),
            new Wait(milliseconds),
            new Stop(instance),
        ]),
        Gen.Select(Instance, Gen.Int[1, 5], Operation[] (instance, metrics) =>
            [new Evaluate(instance, 200, 1), .. Enumerable.Repeat(new Track(instance), metrics)]),
        Gen.Select(Instance, Gen.Bool, Calls, Calls, Operation[] (instance, isAlways, requests, calls) =>
        [
            new SetServer(isAlways ? ServerFault.Returns413Always : ServerFault.Returns413, 60, 1, requests),
            new SetOutbox(OutboxCall.Complete, CallFault.Throws, 60, 1, calls),
            new Drain(instance),
        ]),
        Gen.Select(Instance, Milliseconds, Operation[] (instance, milliseconds) =>
        [
            new SetServer(ServerFault.Refused, 5, 1, int.MaxValue),
            new SetOutbox(OutboxCall.Count, CallFault.Throws, 60, 1, int.MaxValue),
            new ReadStatus(instance, 60),
            new Wait(milliseconds),
            new Evaluate(instance, 200, 1),
        ]));

    // Server and outbox fail until memory is full. Then one of them works again.
    private static readonly Gen<Operation[]> Outage = Gen.Select(
        Instance,
        Gen.OneOf(Gen.Const(ServerFault.Refused), Gen.Const(ServerFault.Returns503), Gen.Const(ServerFault.Hangs)),
        Gen.OneOf(Gen.Const(CallFault.Throws), Gen.Const(CallFault.Hangs)),
        Milliseconds,
        Gen.Bool,
        Gen.OneOf(
            Instance.Select(Operation (instance) => new Stop(instance)),
            Instance.Select(Operation (instance) => new Evaluate(instance, 200, 1)),
            Gen.Select(Instance, Gen.Int[-120, -1], Operation (instance, minutes) => new SetClock(instance, minutes)),
            Instance.Select(Operation (instance) => new Drain(instance))),
        Operation[] (instance, server, outbox, milliseconds, isServerBack, then) =>
        [
            new SetServer(server, 5, 1, int.MaxValue),
            new SetOutbox(OutboxCall.Put, outbox, 60, 1, int.MaxValue),
            new Evaluate(instance, 100, 1),
            new Wait(milliseconds),
            isServerBack ? new HealServer() : new SetOutbox(OutboxCall.Put, CallFault.None, 60, 1, 0),
            then,
        ]);

    public static Gen<Scenario> All { get; } = Gen.Select(
        Gen.Int,
        Gen.Int[10, 100],
        Gen.Int[1, 5],
        Gen.Int[0, 3],
        Gen.Frequency((18, Operation.Select(operation => new[] { operation })), (1, Sequence), (1, Outage)).Array[1, MaxSteps],
        (seed, capacity, batchSize, retries, steps) => new Scenario(
            seed, capacity, batchSize, retries, [.. steps.SelectMany(step => step)]));

    private static Gen<int> OneOf(params int[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
