using Ffc.Sdk.Flags;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>Which flag keys are reported as changed.</summary>
public sealed class ChangedFlagsTests
{
    private static readonly ItemJson[] Before =
    [
        new FlagJson("alone"),
        new FlagJson("gate"),
        new FlagJson("behind-gate").Requires("gate"),
        new FlagJson("far-behind-gate").Requires("behind-gate"),
        new FlagJson("for-staff").Rule(3, FlagJson.Clause("x", "Equal", "y"), SegmentJson.InAny("other", "staff")),
        new FlagJson("not-for-staff").Rule(3, SegmentJson.NotInAny("staff")),
        new FlagJson("for-all-hands").Rule(3, SegmentJson.InAny("all-hands")),
        new FlagJson("behind-staff").Requires("for-staff"),
        new SegmentJson("staff").Includes("ada"),
        new SegmentJson("all-hands").Nests("everyone"),
        new SegmentJson("everyone").Nests("staff"),
        new SegmentJson("unused"),
    ];

    public static TheoryData<string, string> Changes => new()
    {
        { MessageJson.Patch(new FlagJson("alone", 2)), "alone" },
        { MessageJson.Patch(new FlagJson("alone", 2).Archived()), "alone" },
        { MessageJson.Patch(new FlagJson("new", 2)), "new" },
        { MessageJson.Patch(new FlagJson("gate", 2)), "behind-gate far-behind-gate gate" },
        { MessageJson.Patch(new FlagJson("gate", 2).Archived()), "behind-gate far-behind-gate gate" },
        { MessageJson.Patch(new FlagJson("behind-gate", 2)), "behind-gate far-behind-gate" },
        { MessageJson.Patch(new SegmentJson("staff", 2)), "behind-staff for-all-hands for-staff not-for-staff" },
        { MessageJson.Patch(new SegmentJson("staff", 2).Archived()), "behind-staff for-all-hands for-staff not-for-staff" },
        { MessageJson.Patch(new SegmentJson("everyone", 2)), "for-all-hands" },
        { MessageJson.Patch(new SegmentJson("other", 2)), "behind-staff for-staff" },
        { MessageJson.Patch(new SegmentJson("unused", 2)), "" },
        { MessageJson.Patch(new FlagJson("alone", 1), new FlagJson("gate", 0).Disabled()), "" },
        { MessageJson.Patch(), "" },
        { MessageJson.Full(Before), "" },
        { MessageJson.Full([.. Before, new FlagJson("new")]), "new" },
        { MessageJson.Full(Before.Skip(1)), "alone" },
        { MessageJson.Full(Before.Where(item => item != Before[1])), "behind-gate far-behind-gate gate" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Apply_returns_the_keys_of_all_flags_whose_result_may_have_changed(string message, string expected)
    {
        var store = new DataStore(NullLogger<DataStore>.Instance);
        store.Apply(MessageJson.Read(MessageJson.Full(Before)));
        store.RequestingFull();

        var changed = store.Apply(MessageJson.Read(message));

        Assert.Equal(expected, string.Join(' ', changed.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Apply_returns_all_flags_of_a_long_chain_of_prerequisites_in_limited_time()
    {
        const int Length = 20_000;
        var store = new DataStore(NullLogger<DataStore>.Instance);
        // In this order, one pass over the data finds only one flag of the chain.
        store.Apply(MessageJson.Read(MessageJson.Full(Enumerable.Range(0, Length).Select(i => i < Length - 1
            ? new FlagJson($"f{i}").Requires($"f{i + 1}")
            : new FlagJson($"f{i}")))));

        var changed = store.Apply(MessageJson.Read(MessageJson.Patch(new FlagJson($"f{Length - 1}", 2))));

        Assert.Equal(Length, changed.Count);
    }
}
