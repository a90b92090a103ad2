using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Client;

public sealed class EnvironmentLogTests
{
    [Fact]
    public async Task Each_log_entry_names_the_environment_in_its_message_and_its_values()
    {
        var logs = new FakeLogCollector();
        var options = new FfcOptions
        {
            EnvSecret = Clients.Secret,
            StreamingUri = new Uri("ws://127.0.0.1:1"),
            Bootstrap = MessageJson.Full(new FlagJson("a")),
            LoggerFactory = Clients.Logging(logs),
        };
        await using (new FfcClient(options))
        {
        }

        var entry = Assert.Single(logs.GetSnapshot(), log => log.Id.Id == 1);
        Assert.Equal(
            "Received flag data (full, from Bootstrap). Flags: 1, segments: 0, changed flags: 1 (environment 1__2__3)",
            entry.Message);
        Assert.Equal("1__2__3", entry.GetStructuredStateValue("Environment"));
        Assert.Equal("1", entry.GetStructuredStateValue("Flags"));
        Assert.All(logs.GetSnapshot(), log => Assert.EndsWith(" (environment 1__2__3)", log.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_offline_client_has_no_environment()
    {
        var logs = new FakeLogCollector();
        await using var client = Clients.Offline(logs, new FlagJson("a"));

        var entry = Assert.Single(logs.GetSnapshot(), log => log.Id.Id == 1);
        Assert.EndsWith("changed flags: 1", entry.Message, StringComparison.Ordinal);
    }
}
