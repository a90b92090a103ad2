using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.Protocol;

public sealed class UnknownMemberTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(100_000)]
    public async Task Unknown_members_are_skipped_at_any_depth(int depth)
    {
        var deep = new string('[', depth) + new string(']', depth);
        var message = MessageJson.Full(new FlagJson("a"))
            .Replace("\"data\":{", $"\"new\":{deep},\"data\":{{\"new\":{deep},", StringComparison.Ordinal)
            .Replace("\"ff\":{", $"\"new\":{deep},\"ff\":{{\"new\":{deep},", StringComparison.Ordinal);

        await using var client = new FfcClient(new FfcOptions { Offline = true, Bootstrap = message });

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }

    [Fact]
    public void An_error_path_is_found_after_deeply_nested_members()
    {
        var deep = new string('[', 1_000) + new string(']', 1_000);
        var sync = MessageJson.Read(MessageJson.Full(new FlagJson("a").Set("ff.status", 7))
            .Replace("\"ff\":{", $"\"new\":{deep},\"ff\":{{", StringComparison.Ordinal));

        var exception = Assert.Throws<FormatException>(() => sync.Flags[0].Compile(NullLogger.Instance));
        Assert.Equal("its ff.status has the wrong type", exception.Message);
    }
}
