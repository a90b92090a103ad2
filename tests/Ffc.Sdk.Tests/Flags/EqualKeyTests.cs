using Ffc.Sdk.Flags;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>An import can create two flags with one key. The newer one counts, in whichever order and message they arrive.</summary>
public sealed class EqualKeyTests
{
    private readonly DataStore _store = new(NullLogger<DataStore>.Instance);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Of_two_flags_with_one_key_the_newer_one_counts_after_a_full(long first, long second)
    {
        Apply(MessageJson.Full(Flag("x", first), Flag("y", second)));

        Assert.Equal(first > second ? "x" : "y", Current);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Of_two_flags_with_one_key_the_newer_one_counts_after_patches(long first, long second)
    {
        Apply(MessageJson.Full(new FlagJson("other")));
        Apply(MessageJson.Patch(Flag("x", first)));
        Apply(MessageJson.Patch(Flag("y", second)));

        Assert.Equal(first > second ? "x" : "y", Current);
    }

    [Fact]
    public void The_older_flag_with_the_same_key_counts_again_when_the_newer_one_is_archived()
    {
        Apply(MessageJson.Full(Flag("x", 1), Flag("y", 2)));
        Apply(MessageJson.Patch(Flag("y", 3).Archived()));

        Assert.Equal("x", Current);
    }

    private string Current => _store.Current.FlagByKey("a")!.Id;

    private static FlagJson Flag(string id, long version) => new FlagJson("a", version).Set("id", id);

    private void Apply(string message) => _store.Apply(MessageJson.Read(message));
}
