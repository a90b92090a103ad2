using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Evaluation;

public sealed class SegmentTests
{
    private static readonly ItemJson[] Segments =
    [
        new SegmentJson("staff").Includes("ina", "both").Excludes("ron", "both")
            .Rule(Clause("Email", "EndsWith", "@example.com")),
        new SegmentJson("dutch-pro").Rule(Clause("Country", "Equal", "NL"), Clause("plan", "Equal", "pro"))
            .Rule(Clause("plan", "Equal", "vip")),
        new SegmentJson("archived").Includes("ina").Archived(),
        new SegmentJson("empty-rule").Rule(),
        new SegmentJson("empty"),
        new SegmentJson("nests").Nests("unknown", "staff"),
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
    [InlineData("staff", "ron", false)] // excluded, although a rule matches
    [InlineData("staff", "both", false)] // excluded takes precedence over included
    [InlineData("staff", "rule", true)]
    [InlineData("staff", "stranger", false)]
    [InlineData("dutch-pro", "pro-nl", true)]
    [InlineData("dutch-pro", "pro-de", false)] // not all clauses of a rule are true
    [InlineData("dutch-pro", "vip", true)] // one of several rules is enough
    [InlineData("archived", "ina", false)]
    [InlineData("empty-rule", "ina", false)]
    [InlineData("empty", "ina", false)]
    [InlineData("unknown", "ina", false)] // an unknown segment has no users
    [InlineData("unknown staff", "ina", true)] // unknown ids are skipped
    [InlineData("empty staff", "ina", true)] // one of several segments is enough
    [InlineData("empty staff", "stranger", false)]
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
    public async Task Segment_clauses_test_whether_a_user_is_in_any_of_the_segments(string segments, string user, bool isIn)
    {
        var ids = segments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await using var client = Clients.Offline([
            .. Segments,
            new FlagJson("in").Rule(3, SegmentJson.InAny(ids)),
            new FlagJson("not-in").Rule(3, SegmentJson.NotInAny(ids))]);
        var evaluatedUser = user switch
        {
            "ron" or "rule" => FfcUser.Builder(user).Email($"{user}@example.com").Build(),
            "pro-nl" => FfcUser.Builder(user).Country("NL").Custom("plan", "pro").Build(),
            "pro-de" => FfcUser.Builder(user).Country("DE").Custom("plan", "pro").Build(),
            "vip" => FfcUser.Builder(user).Custom("plan", "vip").Build(),
            _ => Clients.User(user),
        };

        Assert.Equal(isIn ? "3 v3: rule match" : "1 on: fall through all rules", client.EvaluateAsText("in", evaluatedUser));
        Assert.Equal(isIn ? "1 on: fall through all rules" : "3 v3: rule match", client.EvaluateAsText("not-in", evaluatedUser));
    }

    [Theory]
    [InlineData("staff")] // not JSON
    [InlineData("\"staff\"")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("""["staff",""")]
    [InlineData("""{"staff":"staff"}""")]
    public async Task A_list_that_is_not_a_JSON_array_contains_no_segment(string? list)
    {
        await using var client = Clients.Offline([
            .. Segments,
            new FlagJson("in").Rule(3, Clause("User is in segment", "", list)),
            new FlagJson("not-in").Rule(3, Clause("User is not in segment", "", list))]);

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("in", Clients.User("ina")));
        Assert.Equal("3 v3: rule match", client.EvaluateAsText("not-in", Clients.User("ina")));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(null, true)]
    [InlineData("Equal", false)] // then the property is a custom one
    public async Task A_segment_clause_has_an_empty_operation(string? operation, bool isSegmentClause)
    {
        await using var client = Clients.Offline([
            .. Segments,
            new FlagJson("a").Rule(3, Clause("User is in segment", operation, """["staff"]"""))]);

        Assert.Equal(
            isSegmentClause ? "3 v3: rule match" : "1 on: fall through all rules",
            client.EvaluateAsText("a", Clients.User("ina")));
    }
}
