using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Evaluation;

public sealed class SegmentTests
{
    private static readonly ItemJson[] Segments =
    [
        new SegmentJson("staff").Includes("ina", "both").Excludes("ron", "both").Rule(Clause("Email", "EndsWith", "@example.com")),
        new SegmentJson("dutch-pro").Rule(Clause("Country", "Equal", "NL"), Clause("plan", "Equal", "pro")).Rule(Clause("plan", "Equal", "vip")),
        new SegmentJson("archived").Includes("ina").Archived(),
        new SegmentJson("empty-rule").Rule(),
        new SegmentJson("nobody"),
        new SegmentJson("nests").Nests("ghost", "staff"),
        new SegmentJson("nests-twice").Nests("nests"),
        new SegmentJson("all-but").Rule(SegmentJson.NotInAny("staff")),
        new SegmentJson("self").Includes("ina").Nests("self"),
        new SegmentJson("not-self").Rule(SegmentJson.NotInAny("not-self")),
        new SegmentJson("ring-a").Nests("ring-b"),
        new SegmentJson("ring-b").Nests("ring-c"),
        new SegmentJson("ring-c").Includes("ina").Nests("ring-a"),
    ];

    [Theory]
    [InlineData("staff", "ina", true)] // included
    [InlineData("staff", "ron", false)] // excluded, whatever the rules say
    [InlineData("staff", "both", false)] // excluded wins
    [InlineData("staff", "rule", true)]
    [InlineData("staff", "stranger", false)]
    [InlineData("dutch-pro", "pro-nl", true)]
    [InlineData("dutch-pro", "pro-de", false)] // all clauses of a rule
    [InlineData("dutch-pro", "vip", true)] // any of the rules
    [InlineData("archived", "ina", false)]
    [InlineData("empty-rule", "ina", false)]
    [InlineData("nobody", "ina", false)]
    [InlineData("ghost", "ina", false)] // unknown
    [InlineData("ghost staff", "ina", true)] // unknown ids are skipped
    [InlineData("nobody staff", "ina", true)] // in any of them
    [InlineData("nobody staff", "stranger", false)]
    [InlineData("", "ina", false)]
    [InlineData("nests", "ina", true)]
    [InlineData("nests", "ron", false)]
    [InlineData("nests-twice", "rule", true)]
    [InlineData("nests-twice", "stranger", false)]
    [InlineData("all-but", "stranger", true)]
    [InlineData("all-but", "ina", false)]
    [InlineData("self", "ina", true)]
    [InlineData("self", "stranger", false)]
    [InlineData("not-self", "stranger", true)]
    [InlineData("ring-a", "ina", true)]
    [InlineData("ring-b", "ina", true)]
    [InlineData("ring-c", "ina", true)]
    [InlineData("ring-a", "stranger", false)]
    public async Task A_user_is_in_a_segment_or_is_not(string segments, string user, bool isIn)
    {
        var ids = segments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await using var client = Clients.Offline([
            .. Segments,
            new FlagJson("in").Rule(3, SegmentJson.InAny(ids)),
            new FlagJson("not-in").Rule(3, SegmentJson.NotInAny(ids))]);
        var someone = user switch
        {
            "ron" or "rule" => FfcUser.Builder(user).Email($"{user}@example.com").Build(),
            "pro-nl" => FfcUser.Builder(user).Country("NL").Custom("plan", "pro").Build(),
            "pro-de" => FfcUser.Builder(user).Country("DE").Custom("plan", "pro").Build(),
            "vip" => FfcUser.Builder(user).Custom("plan", "vip").Build(),
            _ => Clients.User(user),
        };

        Assert.Equal(isIn ? "3 v3: rule match" : "1 on: fall through all rules", client.Ask("in", someone));
        Assert.Equal(isIn ? "1 on: fall through all rules" : "3 v3: rule match", client.Ask("not-in", someone));
    }

    [Theory]
    [InlineData("staff")] // not JSON
    [InlineData("\"staff\"")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("""["staff",""")]
    [InlineData("""{"staff":"staff"}""")]
    public async Task A_list_that_is_not_JSON_names_no_segment(string? list)
    {
        await using var client = Clients.Offline([
            .. Segments,
            new FlagJson("in").Rule(3, Clause("User is in segment", "", list)),
            new FlagJson("not-in").Rule(3, Clause("User is not in segment", "", list))]);

        Assert.Equal("1 on: fall through all rules", client.Ask("in", Clients.User("ina")));
        Assert.Equal("3 v3: rule match", client.Ask("not-in", Clients.User("ina")));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(null, true)]
    [InlineData("Equal", false)] // then it is a custom property's name
    public async Task A_segment_clause_has_no_operation(string? operation, bool isSegmentClause)
    {
        await using var client = Clients.Offline([.. Segments, new FlagJson("a").Rule(3, Clause("User is in segment", operation, """["staff"]"""))]);

        Assert.Equal(isSegmentClause ? "3 v3: rule match" : "1 on: fall through all rules", client.Ask("a", Clients.User("ina")));
    }
}
