using System.Text;
using System.Text.RegularExpressions;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Protocol;

public sealed class MessageReaderTests
{
    private const string Flag = """{"id":"f","timestamp":7,"isArchived":false,"ff":{"keyName":"a"}}""";

    [Theory]
    [InlineData("""{"messageType":"pong","data":null}""")]
    [InlineData("""{"messageType":"pong"}""")]
    [InlineData("""{"messageType":"something-new","data":{"eventType":"full"}}""")]
    [InlineData("""{"messageType":"something-new","data":{"eventType":"full","featureFlags":"not a list","segments":7}}""")]
    [InlineData("""{"data":{"featureFlags":{"a":1}},"messageType":"something-new"}""")]
    [InlineData("""{"messageType":"something-new","data":[1,2,{"messageType":"data-sync"}]}""")]
    [InlineData("""{"messageType":null,"data":{}}""")]
    [InlineData("""{"messageType":7}""")]
    [InlineData("{}")]
    [InlineData("""{"messageType":"DATA-sync","data":{}}""")]
    public void Messages_of_an_unknown_type_are_ignored(string message) => Assert.Null(Read(message));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("hello")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"data-sync\"")]
    [InlineData("""{"messageType":"pong","data":null""")]
    [InlineData("""{"messageType":"pong",}""")]
    [InlineData("""{"messageType":"pong"} {"messageType":"pong"}""")]
    [InlineData("""{"messageType":"pong"}x""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[{"id":"f","timestamp":1,}]}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[""")]
    public void A_frame_that_is_not_one_JSON_object_is_rejected(string frame) =>
        Assert.Throws<ProtocolException>(() => Read(frame));

    [Theory]
    [InlineData("""{"messageType":"data-sync"}""")]
    [InlineData("""{"messageType":"data-sync","data":null}""")]
    [InlineData("""{"messageType":"data-sync","data":[]}""")]
    [InlineData("""{"messageType":"data-sync","data":{}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"featureFlags":[]}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":null,"featureFlags":[]}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"some","featureFlags":[]}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":7,"featureFlags":[]}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"full"}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":null}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":{}}}""")]
    [InlineData("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[],"segments":"none"}}""")]
    public void A_data_sync_without_a_required_member_is_rejected(string message) =>
        Assert.Throws<ProtocolException>(() => Read(message));

    [Theory]
    [InlineData("full", true)]
    [InlineData("patch", false)]
    public void IsFull_follows_the_event_type(string eventType, bool isFull) =>
        Assert.Equal(isFull, Read(Message(eventType, ""))!.IsFull);

    [Theory]
    [InlineData("")]
    [InlineData(""","segments":null""")]
    [InlineData(""","userTags":[{"a":[1,{"b":null}]}],"somethingNew":{"featureFlags":[1]}""")]
    public void Missing_and_unknown_members_are_accepted(string otherMembers)
    {
        var sync = Read(Full(Flag, otherMembers))!;

        Assert.Equal(("f", 7L), (Assert.Single(sync.Flags).Id, sync.Flags[0].Version));
        Assert.Empty(sync.Segments);
        Assert.Empty(sync.InvalidItems);
    }

    [Theory]
    [InlineData("""
        {"MESSAGETYPE":"data-sync","Data":{"EventType":"full","FeatureFlags":[{"ID":"f","Timestamp":7,"IsArchived":true}]}}
        """)]
    [InlineData("""
        {"data":{"featureflags":[{"timestamp":7,"isarchived":true,"Id":"f"}],"eventtype":"full"},"messagetype":"data-sync"}
        """)]
    public void Member_names_are_matched_in_any_case_and_any_order(string message)
    {
        var flag = Assert.Single(Read(message)!.Flags);

        Assert.Equal(("f", 7L, true), (flag.Id, flag.Version, flag.IsArchived));
    }

    [Fact]
    public async Task Every_member_name_of_flags_and_segments_is_matched_in_any_case()
    {
        var message = MessageJson.Full(
            new FlagJson("gate"),
            new FlagJson("a").Requires("gate").Targets(3, "tom").Rule(4, SegmentJson.InAny("s")).Experiment(true, true),
            new SegmentJson("s").Includes("ina").Excludes("ron").Rule(Clause("Country", "Equal", "NL")));
        // Only member names are followed by a colon.
        var upperCase = Regex.Replace(message, "\"(\\w+)\":", match => match.Value.ToUpperInvariant());

        await using var client = new FfcClient(new FfcOptions { Offline = true, Bootstrap = upperCase });

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        Assert.Equal("3 v3: target match", client.EvaluateAsText("a", Clients.User("tom")));
        Assert.Equal("4 v4: rule match", client.EvaluateAsText("a", Clients.User("ina")));
        Assert.Equal("4 v4: rule match", client.EvaluateAsText("a", FfcUser.Builder("x").Country("NL").Build()));
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a", FfcUser.Builder("ron").Country("NL").Build()));
    }

    [Theory]
    [InlineData("7", "a flag that is not an object")]
    [InlineData("[]", "a flag that is not an object")]
    [InlineData("null", "a flag without id or timestamp")]
    [InlineData("{}", "a flag without id or timestamp")]
    [InlineData("""{"id":"","timestamp":1}""", "a flag without id or timestamp")]
    [InlineData("""{"id":"x"}""", "a flag without id or timestamp")]
    [InlineData("""{"timestamp":1}""", "a flag without id or timestamp")]
    [InlineData("""{"id":7,"timestamp":1}""", "a flag whose id has the wrong type")]
    [InlineData("""{"id":"x","timestamp":"soon"}""", "a flag whose timestamp has the wrong type")]
    [InlineData("""{"id":"x","timestamp":1,"isArchived":"no"}""", "a flag whose isArchived has the wrong type")]
    [InlineData("""{"id":"\ud800","timestamp":1}""", "a flag with invalid text")]
    public void A_flag_with_an_invalid_envelope_is_reported_and_the_others_are_read(string item, string error)
    {
        var sync = Read(Full($"{item},{Flag}"))!;

        Assert.Equal("f", Assert.Single(sync.Flags).Id);
        Assert.Equal(error, Assert.Single(sync.InvalidItems));
    }

    [Theory]
    [InlineData("7", "a segment that is not an object")]
    [InlineData("""{"id":"x"}""", "a segment without id or timestamp")]
    [InlineData("""{"id":"x","timestamp":false}""", "a segment whose timestamp has the wrong type")]
    public void A_segment_with_an_invalid_envelope_is_reported_and_the_others_are_read(string item, string error)
    {
        var sync = Read(Full("", $$""","segments":[{{item}},{"id":"s","timestamp":3}]"""))!;

        Assert.Equal("s", Assert.Single(sync.Segments).Id);
        Assert.Equal(error, Assert.Single(sync.InvalidItems));
    }

    // The content of an item is parsed only when it is needed: most items of most messages are already known.
    [Theory]
    [InlineData("\"ff\":\"text\"", "its ff has the wrong type")]
    [InlineData("""
        "ff":{"keyName":"k\ud800"}
        """, "it contains text that is not valid")]
    [InlineData("""
        "ff":{"defaultRulePercentageRollouts":[{"rolloutPercentage":["a","b"]}]}
        """, "its ff.defaultRulePercentageRollouts[0].rolloutPercentage[0] has the wrong type")]
    public void Parse_throws_and_names_the_member_when_the_content_of_an_item_is_invalid(string content, string error)
    {
        var sync = Read(Full($$"""{"id":"x","timestamp":1,{{content}}},{{Flag}}"""))!;

        Assert.Equal(error, Assert.Throws<FormatException>(() => WireReader.Parse(sync.Flags[0])).Message);
        Assert.Equal("a", WireReader.Parse(sync.Flags[1]).Ff!.KeyName);
    }

    [Fact]
    public void An_item_keeps_its_exact_bytes()
    {
        const string Item = """{ "id" : "f", "timestamp":7 , "ff":{"name":"\u00e9 é"}, "new member":[1, 2] }""";

        var sync = Read(Full($" {Item} "))!;

        Assert.Equal(Item, Encoding.UTF8.GetString(sync.Flags[0].Json.Span));
    }

    private static string Full(string flags, string otherMembers = "") => Message("full", flags, otherMembers);

    private static string Message(string eventType, string flags, string otherMembers = "")
    {
        var data = $$"""{"eventType":"{{eventType}}","featureFlags":[{{flags}}]{{otherMembers}}}""";
        return $$"""{"messageType":"data-sync","extra":[{}],"data":{{data}}}""";
    }

    private static DataSync? Read(string message) => FfcWireFormat.Instance.ReadMessage(Encoding.UTF8.GetBytes(message));
}
