using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Testing;
using static Ffc.Sdk.Tests.TestData.FeatBitFlagJson;

namespace Ffc.Sdk.Tests.FeatBit;

public sealed class ConditionTests
{
    private const string Missing = "missing";

    [Theory]
    [InlineData("Equal", "a", "a", true)]
    [InlineData("Equal", "a", "A", false)]
    [InlineData("Equal", "", Missing, true)]
    [InlineData("Equal", "", "", true)]
    [InlineData("Equal", "a", Missing, false)]
    [InlineData("NotEqual", "a", Missing, true)]
    [InlineData("NotEqual", "", Missing, false)]
    [InlineData("Contains", "", "a", true)]
    [InlineData("Contains", "", Missing, true)]
    [InlineData("Contains", "b", "abc", true)]
    [InlineData("Contains", "b", Missing, false)]
    [InlineData("NotContain", "", "a", false)]
    [InlineData("NotContain", "", Missing, false)]
    [InlineData("NotContain", "b", Missing, true)]
    [InlineData("StartsWith", "", Missing, true)]
    [InlineData("StartsWith", "a", "abc", true)]
    [InlineData("StartsWith", "\u200da", "abc", false)]
    [InlineData("EndsWith", "", "abc", true)]
    [InlineData("EndsWith", "C", "abc", false)]
    [InlineData("IsOneOf", """["a",""]""", "a", true)]
    [InlineData("IsOneOf", """["a",""]""", Missing, true)]
    [InlineData("IsOneOf", """["a"]""", Missing, false)]
    [InlineData("IsOneOf", "null", "null", false)]
    [InlineData("IsOneOf", "a", "a", false)]
    [InlineData("NotOneOf", """["a"]""", Missing, true)]
    [InlineData("NotOneOf", """["a",""]""", Missing, false)]
    [InlineData("NotOneOf", "null", "a", true)]
    [InlineData("NotOneOf", "a", "a", true)]
    [InlineData("IsTrue", "IsTrue", "TRUE", true)]
    [InlineData("IsTrue", "", "true", true)]
    [InlineData("IsTrue", "IsTrue", Missing, false)]
    [InlineData("IsFalse", "IsFalse", "False", true)]
    [InlineData("BiggerThan", "2", "2.0000001", true)] // not rounded
    [InlineData("BiggerThan", "999", "1,000", true)]
    [InlineData("BiggerThan", "1e300", "Infinity", true)]
    [InlineData("LessThan", "1", "NaN", false)]
    [InlineData("LessThan", "NaN", "1", false)]
    [InlineData("LessThan", "1", Missing, false)]
    [InlineData("LessEqualThan", "10", " 1e1 ", true)]
    [InlineData("LessEqualThan", "ten", "10", false)]
    [InlineData("BiggerEqualThan", "-3", "-3", true)]
    [InlineData("BiggerEqualThan", "-3", "12abc", false)]
    [InlineData("MatchRegex", "b+", "abbc", true)]
    [InlineData("MatchRegex", "B+", "abbc", false)] // the case matters
    [InlineData("MatchRegex", "^$", Missing, true)]
    [InlineData("MatchRegex", "", "a", true)]
    [InlineData("MatchRegex", "(", "(", false)]
    [InlineData("NotMatchRegex", "^$", Missing, false)]
    [InlineData("NotMatchRegex", "b", Missing, true)]
    [InlineData("NotMatchRegex", "(", "a", false)]
    [InlineData("equal", "a", "a", false)]
    [InlineData("", "a", "a", false)]
    [InlineData(null, "a", "a", false)]
    public async Task A_condition_compares_as_on_the_server(string? operation, string operand, string value, bool holds)
    {
        await using var client = Clients.OfflineFeatBit(new FeatBitFlagJson("f").Rule(Condition("p", operation, operand)));
        var user = FfcUser.Builder("ada").Custom("p", value == Missing ? null : value).Build();

        Assert.Equal(holds ? "off" : "on", client.Variation("f", user, ""));
    }

    [Theory]
    [InlineData("NotEqual")]
    [InlineData("NotContain")]
    [InlineData("NotOneOf")]
    [InlineData("NotMatchRegex")]
    [InlineData("IsTrue")]
    public async Task A_condition_without_an_operand_is_false_for_all_users(string operation)
    {
        await using var client = Clients.OfflineFeatBit(new FeatBitFlagJson("f").Rule(Condition("p", operation, null)));

        Assert.Equal("on", client.Variation("f", FfcUser.Builder("ada").Custom("p", "true").Build(), ""));
    }

    [Fact]
    public async Task A_rule_without_conditions_is_true_for_all_users()
    {
        await using var client = Clients.OfflineFeatBit(
            new FeatBitFlagJson("f").Rule(),
            new FeatBitFlagJson("g").Rule(InSegment("all")),
            new FeatBitSegmentJson("all").Rule());

        Assert.Equal(("off", "off"), (client.Variation("f", Clients.User(), ""), client.Variation("g", Clients.User(), "")));
    }

    [Theory]
    [InlineData("keyId", "ada")]
    [InlineData("name", "Ada")]
    [InlineData("email", "custom")]
    [InlineData("country", "NL")]
    [InlineData("Email", "")]
    [InlineData("Country", "other")]
    [InlineData("key", "")]
    [InlineData("KeyId", "")]
    [InlineData("plan", "pro")]
    [InlineData("Plan", "")]
    public async Task A_property_is_found_by_its_exact_name(string property, string value)
    {
        await using var client = Clients.OfflineFeatBit(new FeatBitFlagJson("f").Rule(Condition(property, "Equal", value)));
        var user = FfcUser.Builder("ada").Name("Ada").Email("a@example.com").Country("NL")
            .Custom("plan", "pro").Custom("email", "custom").Custom("Country", "other").Custom("keyId", "no").Custom("name", "no")
            .Build();

        Assert.Equal("off", client.Variation("f", user, ""));
    }

    [Fact]
    public void A_later_change_of_the_builder_does_not_change_the_user()
    {
        var builder = FfcUser.Builder("ada").Custom("Email", "first");
        var user = builder.Build();
        builder.Custom("Email", "second").Build();

        Assert.Equal("first", user.ReservedCustom!["Email"]);
        Assert.Empty(user.Custom);
    }

    [Theory]
    [InlineData("""["s"]""", "bob", true, false)]
    [InlineData("""["s"]""", "carol", false, true)]
    [InlineData("""["s"]""", "dave", false, true)]
    [InlineData("""["unknown","s"]""", "bob", true, false)]
    [InlineData("""["archived"]""", "bob", false, true)]
    [InlineData("[]", "bob", false, true)]
    [InlineData("null", "bob", false, true)]
    [InlineData("s", "bob", false, true)]
    [InlineData(null, "bob", false, false)]
    public async Task A_segment_condition_tests_all_segments(string? ids, string userKey, bool isIn, bool isNotIn)
    {
        await using var client = Clients.OfflineFeatBit(
            new FeatBitFlagJson("in").Rule(Condition("User is in segment", "Equal", ids)),
            new FeatBitFlagJson("not-in").Rule(Condition("User is not in segment", null, ids)),
            new FeatBitSegmentJson("s").Includes("bob", "carol").Excludes("carol"),
            new FeatBitSegmentJson("archived").Includes("bob").Archived());
        var user = Clients.User(userKey);

        Assert.Equal(isIn ? "off" : "on", client.Variation("in", user, ""));
        Assert.Equal(isNotIn ? "off" : "on", client.Variation("not-in", user, ""));
    }

    [Fact]
    public async Task A_segment_does_not_contain_other_segments()
    {
        await using var client = Clients.OfflineFeatBit(
            new FeatBitFlagJson("f").Rule(InSegment("outer")),
            new FeatBitSegmentJson("outer").Rule(InSegment("inner")),
            new FeatBitSegmentJson("inner").Includes("ada"));

        Assert.Equal("on", client.Variation("f", Clients.User(), ""));
    }

    [Fact]
    public async Task An_invalid_pattern_is_logged_once()
    {
        var logs = new FakeLogCollector();
        await using var client = new FfcClient(new FfcOptions
        {
            EnvSecret = Clients.FeatBitSecret,
            Offline = true,
            Bootstrap = MessageJson.Full(new FeatBitFlagJson("f").Rule(Condition("p", "NotMatchRegex", "("))),
            LoggerFactory = Clients.Logging(logs),
        });
        client.Variation("f", Clients.User(), "");
        client.Variation("f", Clients.User("bob"), "");

        Assert.Single(logs.GetSnapshot(), record => record.Message.Contains("regular expression", StringComparison.Ordinal));
    }
}
