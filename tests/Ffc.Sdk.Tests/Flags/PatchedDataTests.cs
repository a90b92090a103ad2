using CsCheck;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>A patch looks only at what it changes; what comes out must be what comes of looking at everything.</summary>
public sealed class PatchedDataTests
{
    private const int Flags = 6;

    private static readonly Gen<Change> Changes = Gen.Select(
        Gen.Int[0, Flags - 1],
        // Some flags take another one's key.
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
    public void Patches_one_after_the_other_give_the_data_that_their_flags_make() => Changes.Array[1, 3].Array[1, 12].Sample(
        patches =>
        {
            var store = new DataStore(NullLogger<DataStore>.Instance);
            var version = 0;
            foreach (var patch in patches)
            {
                var before = store.Current;
                var told = store.Apply(MessageJson.Read(MessageJson.Patch(patch.Select(change => change.ToFlag(++version)))));

                var after = store.Current;
                var anew = DataSet.Create(after.FlagsById, after.SegmentsById, after.Version);
                Assert.Equal(ByKey(anew), ByKey(after));
                Assert.Equal(anew.Cycles.FlagKeys, after.Cycles.FlagKeys);
                Assert.Equal(Joined(anew), Joined(after));
                Assert.Equal(ChangedFlags.Between(before, anew).Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
            }
        },
        iter: 500);

    private static IEnumerable<(string, string)> ByKey(DataSet data) =>
        data.Flags.Select(flag => (flag.Key, data.FlagByKey(flag.Key)!.Id)).OrderBy(item => item.Key, StringComparer.Ordinal);

    // Cycles may be numbered otherwise; what counts is who is in one with whom.
    private static IEnumerable<string> Joined(DataSet data) =>
        from flag in data.FlagsById.Values
        from other in data.FlagsById.Values
        where data.Cycles.AreInSameCycle(flag, other)
        let pair = $"{flag.Id} {other.Id}"
        orderby pair
        select pair;

    private sealed record Change(int Flag, int? Key, State State, int[] Prerequisites)
    {
        public override string ToString() => $"f{Flag} as f{Key ?? Flag} {State}, wants {string.Join(' ', Prerequisites)}";

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
