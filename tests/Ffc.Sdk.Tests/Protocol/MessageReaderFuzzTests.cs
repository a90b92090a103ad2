using System.Text;
using CsCheck;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Protocol;

/// <summary>Random messages are applied, ignored or rejected. No other exception is thrown.</summary>
public sealed class MessageReaderFuzzTests
{
    private static readonly byte[] Message = Encoding.UTF8.GetBytes(MessageJson.Full(
        new FlagJson("gate", 5).Serves("é 😀"),
        new FlagJson("a", 6).Requires("gate").Targets(3, "tom").Rule(4, SegmentJson.InAny("s")).Experiment(true, false),
        new SegmentJson("s", 7).Includes("ina").Excludes("ron").Rule(FlagJson.Clause("n", "BiggerThan", "1.5"))));

    private static readonly string[] Pieces =
    [
        "null", "7", "-1", "1e999", "99999999999999999999", "\"\"", "{}", "[]", "[[", "}", "]", ",", ":", "\"",
        "\\ud800", "\\u0000", "true", "/*", "//", "\uFEFF", " ", "\"id\":1,", "\"data\":", "\"messageType\":",
    ];

    [Fact]
    public void Random_bytes_are_rejected_or_ignored() =>
        Gen.Byte.Array[0, 200].Sample(bytes => { ReadAndApply(bytes); }, iter: 20_000);

    [Fact]
    public void A_randomly_changed_message_is_applied_or_rejected()
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

        Assert.True(applied > 100, $"only {applied} of the changed messages were still valid: the changes are too large");
    }

    [Fact]
    public void A_truncated_message_is_rejected()
    {
        for (var length = 0; length < Message.Length; length++)
            Assert.Throws<ProtocolException>(() => FfcWireFormat.Instance.ReadMessage(Message.AsSpan(0, length)));
    }

    [Theory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Extremely_deep_nesting_affects_only_the_item_that_contains_it(char open, char close)
    {
        var opening = open == '{' ? string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" : new string(open, 100_000);
        var nested = opening + new string(close, 100_000);

        var flag = $$"""{"id":"f","timestamp":1,"ff":{{nested}}}""";
        var dataSync = MessageJson.Full(new FlagJson("a"))
            .Replace("\"featureFlags\":[", $"\"featureFlags\":[{flag},{nested},", StringComparison.Ordinal);
        var store = new DataStore(NullLogger<DataStore>.Instance);
        store.Apply(MessageJson.Read(dataSync));

        Assert.Null(FfcWireFormat.Instance.ReadMessage(Encoding.UTF8.GetBytes($$"""{"messageType":"x","more":{{nested}}}""")));
        Assert.Equal("a", Assert.Single(store.Current.Flags).Key);
    }

    private static bool ReadAndApply(byte[] utf8)
    {
        try
        {
            if (FfcWireFormat.Instance.ReadMessage(utf8) is not { } sync)
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
