using Ffc.Sdk.Flags;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Flags;

public sealed class CycleLogTests
{
    private readonly FakeLogCollector _logs = new();
    private readonly DataStore _store;

    public CycleLogTests() => _store = new DataStore(Clients.Logging(_logs).CreateLogger<DataStore>());

    [Fact]
    public void A_cycle_is_logged_once_per_data_version()
    {
        ItemJson[] cycle = [new FlagJson("a", 1).Requires("b"), new FlagJson("b", 1).Requires("a"), new FlagJson("c", 1)];
        Full(cycle);
        Assert.Contains("cycle: a, b.", Assert.Single(Warnings()), StringComparison.Ordinal);

        // The same data again, as after a short disconnection.
        Full(cycle);
        Full(cycle);
        Assert.Single(Warnings());

        Patch(new FlagJson("c", 2));
        Assert.Equal(2, Warnings().Length);
        Patch(new FlagJson("c", 2));
        Assert.Equal(2, Warnings().Length);
    }

    [Fact]
    public void Another_cycle_in_the_same_data_version_is_logged()
    {
        Full(new FlagJson("a", 1).Requires("b"), new FlagJson("b", 1).Requires("a"));
        Full(new FlagJson("c", 1).Requires("d"), new FlagJson("d", 1).Requires("c"));

        Assert.Equal(2, Warnings().Length);
        Assert.Contains("cycle: c, d.", Warnings()[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_logged_when_there_is_no_cycle()
    {
        Full(
            new FlagJson("a").Requires("b"),
            new FlagJson("b").Requires("b"),
            new FlagJson("c").Requires("d"),
            new FlagJson("d").Requires("c").Disabled());

        Assert.Empty(Warnings());
    }

    private void Full(params ItemJson[] items)
    {
        _store.RequestingFull();
        _store.Apply(MessageJson.Read(MessageJson.Full(items)));
    }

    private void Patch(params ItemJson[] items) => _store.Apply(MessageJson.Read(MessageJson.Patch(items)));

    private string[] Warnings() =>
        [.. _logs.GetSnapshot().Where(log => log.Level == LogLevel.Warning).Select(log => log.Message)];
}
