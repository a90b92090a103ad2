using Ffc.Sdk.Flags;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Flags;

/// <summary>An import can create two flags with the same key. The newer one wins, in any order of arrival.</summary>
public sealed class EqualKeyTests
{
    private readonly DataStore _store = new(NullLogger<DataStore>.Instance);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void The_newer_flag_wins_when_two_flags_of_a_full_have_the_same_key(long first, long second)
    {
        Apply(MessageJson.Full(Flag("x", first), Flag("y", second)));

        Assert.Equal(first > second ? "x" : "y", Current);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void The_newer_flag_wins_when_two_flags_of_patches_have_the_same_key(long first, long second)
    {
        Apply(MessageJson.Full(new FlagJson("other")));
        Apply(MessageJson.Patch(Flag("x", first)));
        Apply(MessageJson.Patch(Flag("y", second)));

        Assert.Equal(first > second ? "x" : "y", Current);
    }

    [Fact]
    public void The_older_flag_with_the_same_key_is_used_when_the_newer_one_is_archived()
    {
        Apply(MessageJson.Full(Flag("x", 1), Flag("y", 2)));
        Apply(MessageJson.Patch(Flag("y", 3).Archived()));

        Assert.Equal("x", Current);
    }

    private string Current => _store.Current.FlagByKey("a")!.Id;

    private static FlagJson Flag(string id, long version) => new FlagJson("a", version).Set("id", id);

    private void Apply(string message) => _store.Apply(MessageJson.Read(message));
}
