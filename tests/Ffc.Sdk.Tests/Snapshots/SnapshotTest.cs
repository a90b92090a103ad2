using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Snapshots;

/// <summary>A store in memory and a clock that the test advances, shared by the instances of a test.</summary>
public abstract class SnapshotTest
{
    private protected static readonly TimeSpan MinWriteInterval = TimeSpan.FromSeconds(5);
    private protected static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(30);

    private protected MemorySnapshotStore Store { get; } = new();

    private protected FakeTimeProvider Clock { get; } = new(SnapshotFactory.Noon);

    private protected SnapshotInstance StartInstance() => new(Store, Clock);

    private protected void PutSnapshot(params ItemJson[] items) => PutSnapshot(SnapshotFactory.Create(items));

    private protected void PutSnapshot(Snapshot snapshot) => Store.Put(SnapshotFactory.Name, snapshot);
}
