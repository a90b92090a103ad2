using CsCheck;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>A patch processes only changed items. The result must equal a data set that is created from all items.</summary>
public sealed class PatchTests
{
    private const int Flags = 6;

    private static readonly Gen<Change> Changes = Gen.Select(
        Gen.Int[0, Flags - 1],
        // Some flags have the key of another flag.
        Gen.Int[-2 * Flags, Flags - 1].Select(key => key < 0 ? (int?)null : key),
        Gen.Int[0, 9].Select(state => state < 8 ? State.Enabled : state == 8 ? State.Disabled : State.Archived),
        Gen.Int[0, Flags].Array[0, 2],
        (flag, key, state, prerequisites) => new Change(flag, key, state, prerequisites));

    private enum State
    {
        Enabled,
        Disabled,
        Archived,
    }

    [Fact]
    public void Random_patches_result_in_the_same_data_as_creating_it_from_all_items() => Changes.Array[1, 3].Array[1, 12].Sample(
        patches =>
        {
            var store = new DataStore(NullLogger<DataStore>.Instance);
            var version = 0;
            foreach (var patch in patches)
            {
                var before = store.Current;
                var message = MessageJson.Patch(patch.Select(change => change.ToFlag(++version)));
                var changedKeys = store.Apply(MessageJson.Read(message));

                var after = store.Current;
                var expected = DataSet.Create(after.FlagsById, after.SegmentsById, after.Version);
                Assert.Equal(ByKey(expected), ByKey(after));
                Assert.Equal(expected.Cycles.FlagKeys, after.Cycles.FlagKeys);
                Assert.Equal(PairsInSameCycle(expected), PairsInSameCycle(after));
                Assert.Equal(
                    ChangedFlags.Between(before, expected).Order(StringComparer.Ordinal),
                    changedKeys.Order(StringComparer.Ordinal));
            }
        },
        iter: 500);

    private static IEnumerable<(string, string)> ByKey(DataSet data) =>
        data.Flags.Select(flag => (flag.Key, data.FlagByKey(flag.Key)!.Id)).OrderBy(item => item.Key, StringComparer.Ordinal);

    // The numbers of cycles may differ. What counts is which flags are in the same cycle.
    private static IEnumerable<string> PairsInSameCycle(DataSet data) =>
        from flag in data.FlagsById.Values
        from other in data.FlagsById.Values
        where data.Cycles.AreInSameCycle(flag, other)
        let pair = $"{flag.Id} {other.Id}"
        orderby pair
        select pair;

    private sealed record Change(int Flag, int? Key, State State, int[] Prerequisites)
    {
        public override string ToString() => $"f{Flag} as f{Key ?? Flag} {State}, requires {string.Join(' ', Prerequisites)}";

        public FlagJson ToFlag(int version)
        {
            var flag = new FlagJson($"f{Flag}", version);
            if (Key is not null)
                flag.Set("ff.keyName", $"f{Key}");
            foreach (var prerequisite in Prerequisites)
                flag.Requires($"f{prerequisite}");
            return State switch { State.Archived => flag.Archived(), State.Disabled => flag.Disabled(), _ => flag };
        }
    }
}
