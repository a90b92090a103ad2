using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.Ffc;
using System.Text;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FlagJson;

namespace Ffc.Sdk.Tests.Protocol;

public sealed class ServerMessageTests
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
    public void A_frame_that_is_not_one_JSON_object_is_refused(string frame) => Assert.Throws<ProtocolException>(() => Read(frame));

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
    public void A_data_sync_that_lacks_what_it_must_have_is_refused(string message) =>
        Assert.Throws<ProtocolException>(() => Read(message));

    [Theory]
    [InlineData("full", true)]
    [InlineData("patch", false)]
    public void A_data_sync_says_whether_it_is_all_there_is(string eventType, bool isFull) =>
        Assert.Equal(isFull, Read($$$"""{"messageType":"data-sync","data":{"eventType":"{{{eventType}}}","featureFlags":[]}}""")!.IsFull);

    [Theory]
    [InlineData("")]
    [InlineData(""","segments":null""")]
    [InlineData(""","userTags":[{"a":[1,{"b":null}]}],"somethingNew":{"featureFlags":[1]}""")]
    public void Older_and_newer_servers_are_understood(string more)
    {
        var sync = Read("""{"messageType":"data-sync","extra":[{}],"data":{"eventType":"full","featureFlags":[""" + Flag + "]" + more + "}}")!;

        Assert.Equal(("f", 7L), (Assert.Single(sync.Flags).Id, sync.Flags[0].Version));
        Assert.Empty(sync.Segments);
        Assert.Empty(sync.InvalidItems);
    }

    [Theory]
    [InlineData("""{"MESSAGETYPE":"data-sync","Data":{"EventType":"full","FeatureFlags":[{"ID":"f","Timestamp":7,"IsArchived":true}]}}""")]
    [InlineData("""{"data":{"featureflags":[{"timestamp":7,"isarchived":true,"Id":"f"}],"eventtype":"full"},"messagetype":"data-sync"}""")]
    public void Property_names_are_matched_without_regard_to_case_and_in_any_order(string message)
    {
        var flag = Assert.Single(Read(message)!.Flags);

        Assert.Equal(("f", 7L, true), (flag.Id, flag.Version, flag.IsArchived));
    }

    [Fact]
    public async Task Every_member_of_flags_and_segments_is_matched_without_regard_to_case()
    {
        var message = MessageJson.Full(
            new FlagJson("gate"),
            new FlagJson("a").Requires("gate").Targets(3, "tom").Rule(4, SegmentJson.InAny("s")).Experiment(true, true),
            new SegmentJson("s").Includes("ina").Excludes("ron").Rule(Clause("Country", "Equal", "NL")));
        // Everything that is a member's name, and only that, stands before a colon.
        var shouting = System.Text.RegularExpressions.Regex.Replace(message, "\"(\\w+)\":", match => match.Value.ToUpperInvariant());

        await using var client = new FfcClient(new FfcOptions { Offline = true, Bootstrap = shouting });

        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
        Assert.Equal("3 v3: target match", client.Ask("a", Clients.User("tom")));
        Assert.Equal("4 v4: rule match", client.Ask("a", Clients.User("ina")));
        Assert.Equal("4 v4: rule match", client.Ask("a", FfcUser.Builder("x").Country("NL").Build()));
        Assert.Equal("1 on: fall through all rules", client.Ask("a", FfcUser.Builder("ron").Country("NL").Build()));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"","timestamp":1}""")]
    [InlineData("""{"id":"x"}""")]
    [InlineData("""{"timestamp":1}""")]
    [InlineData("""{"id":7,"timestamp":1}""")]
    [InlineData("""{"id":"x","timestamp":"soon"}""")]
    [InlineData("""{"id":"x","timestamp":1,"isArchived":"no"}""")]
    [InlineData("""{"id":"\ud800","timestamp":1}""")]
    public void An_item_that_cannot_be_told_from_others_is_left_out_and_the_others_are_read(string item)
    {
        var sync = Read("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[""" + item + "," + Flag + "]}}")!;

        Assert.Equal("f", Assert.Single(sync.Flags).Id);
        Assert.Single(sync.InvalidItems);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("""{"id":"x"}""")]
    public void A_segment_that_cannot_be_told_from_others_is_left_out_and_the_others_are_read(string item)
    {
        var segments = $$"""[{{item}},{"id":"s","timestamp":3}]""";
        var sync = Read("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[],"segments":""" + segments + "}}")!;

        Assert.Equal("s", Assert.Single(sync.Segments).Id);
        Assert.Single(sync.InvalidItems);
    }

    // What stands in it is looked at when it is needed: most items of most messages are known already.
    [Theory]
    [InlineData("""{"id":"x","timestamp":1,"ff":"text"}""", "its ff has the wrong type")]
    [InlineData("""{"id":"x","timestamp":1,"ff":{"keyName":"k\ud800"}}""", "it holds text that is not valid")]
    [InlineData("""{"id":"x","timestamp":1,"ff":{"defaultRulePercentageRollouts":[{"rolloutPercentage":["a","b"]}]}}""", "its ff.defaultRulePercentageRollouts[0].rolloutPercentage[0] has the wrong type")]
    public void An_item_of_the_wrong_shape_says_so_when_it_is_read(string item, string fault)
    {
        var sync = Read("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[""" + item + "," + Flag + "]}}")!;

        Assert.Equal(fault, Assert.Throws<FormatException>(() => WireReader.Parse(sync.Flags[0])).Message);
        Assert.Equal("a", WireReader.Parse(sync.Flags[1]).Ff!.KeyName);
    }

    [Fact]
    public void An_item_keeps_the_bytes_it_came_as()
    {
        const string Odd = """{ "id" : "f", "timestamp":7 , "ff":{"name":"\u00e9 é"}, "new member":[1, 2] }""";

        var sync = Read("""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[ """ + Odd + " ]}}")!;

        Assert.Equal(Odd, Encoding.UTF8.GetString(sync.Flags[0].Json.Span));
    }

    private static DataSync? Read(string message) => ServerMessage.Read(Encoding.UTF8.GetBytes(message));
}
