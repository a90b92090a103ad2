using System.Text;
using CsCheck;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Protocol;

/// <summary>Whatever a server sends, it is understood, left out or refused; nothing else comes of it.</summary>
public sealed class ServerMessageFuzzTests
{
    private static readonly byte[] Message = Encoding.UTF8.GetBytes(MessageJson.Full(
        new FlagJson("gate", 5).Serves("é 😀"),
        new FlagJson("a", 6).Requires("gate").Targets(3, "tom").Rule(4, SegmentJson.InAny("s")).Experiment(true, false),
        new SegmentJson("s", 7).Includes("ina").Excludes("ron").Rule(FlagJson.Clause("n", "BiggerThan", "1.5"))));

    private static readonly string[] Pieces =
    [
        "null", "7", "-1", "1e999", "99999999999999999999", "\"\"", "{}", "[]", "[[", "}", "]", ",", ":", "\"", "\\ud800", "\\u0000",
        "true", "/*", "//", "\uFEFF", " ", "\"id\":1,", "\"data\":", "\"messageType\":",
    ];

    [Fact]
    public void Bytes_of_any_kind_are_refused_or_ignored() => Gen.Byte.Array[0, 200].Sample(bytes => { ReadAndApply(bytes); }, iter: 20_000);

    [Fact]
    public void A_message_changed_anywhere_is_understood_or_refused()
    {
        var applied = 0;
        var change = Gen.Select(Gen.Int[0, Message.Length - 1], Gen.Int[0, 12], Gen.OneOf(
            Gen.Byte.Array[0, 4], Gen.Int[0, Pieces.Length - 1].Select(i => Encoding.UTF8.GetBytes(Pieces[i]))));

        change.Array[1, 3].Sample(
            changes =>
            {
                var bytes = Message;
                foreach (var (at, cut, put) in changes.OrderByDescending(c => c.Item1))
                    bytes = [.. bytes[..Math.Min(at, bytes.Length)], .. put, .. bytes[Math.Min(at + cut, bytes.Length)..]];
                if (ReadAndApply(bytes))
                    Interlocked.Increment(ref applied);
            },
            iter: 20_000);

        Assert.True(applied > 100, $"only {applied} of the changed messages were still messages: the changes are too coarse to tell anything");
    }

    [Fact]
    public void A_message_cut_short_anywhere_is_refused()
    {
        for (var length = 0; length < Message.Length; length++)
            Assert.Throws<ProtocolException>(() => ServerMessage.Read(Message.AsSpan(0, length)));
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Nesting_without_end_is_refused(char open, char close)
    {
        var opening = open == '{' ? string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" : new string(open, 100_000);
        var nested = opening + new string(close, 100_000);

        Assert.Throws<ProtocolException>(() => ServerMessage.Read(Encoding.UTF8.GetBytes($$"""{"messageType":"x","more":{{nested}}}""")));
        Assert.Throws<ProtocolException>(() => ServerMessage.Read(Encoding.UTF8.GetBytes(
            $$$"""{"messageType":"data-sync","data":{"eventType":"full","featureFlags":[{"id":"f","timestamp":1,"ff":{{{nested}}}}]}}""")));
    }

    private static bool ReadAndApply(byte[] utf8)
    {
        try
        {
            if (ServerMessage.Read(utf8) is not { } sync)
                return false;

            new DataStore(NullLogger<DataStore>.Instance).Apply(sync);
            return true;
        }
        catch (ProtocolException)
        {
            return false;
        }
    }
}
