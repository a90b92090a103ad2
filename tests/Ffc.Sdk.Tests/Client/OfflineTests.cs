using System.Net;
using System.Net.Sockets;
using System.Text;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Client;

/// <summary>Data from a JSON export, and a client that exchanges nothing.</summary>
public sealed class OfflineTests
{
    [Theory]
    [InlineData("full")]
    [InlineData("patch")]
    public async Task A_client_evaluates_what_a_text_gives_it(string eventType)
    {
        var text = MessageJson.Full(new FlagJson("a", 7), new SegmentJson("s", 9)).Replace("full", eventType, StringComparison.Ordinal);
        await using var client = new FfcClient(new FfcOptions { Offline = true, Bootstrap = text });

        Assert.True(client.Initialized);
        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
        Assert.Equal((FlagDataSource.Bootstrap, 9L, 1, 1), (client.FlagData.Source, client.FlagData.Version, client.FlagData.FlagCount, client.FlagData.SegmentCount));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // as editors on Windows write it
    public async Task A_client_evaluates_what_a_file_gives_it(bool byteOrderMark)
    {
        using var file = new TemporaryFile(MessageJson.Full(new FlagJson("a").Serves("é")), new UTF8Encoding(byteOrderMark));
        await using var client = new FfcClient(new FfcOptions { Offline = true, BootstrapPath = file.Path });

        Assert.Equal("1 é: fall through all rules", client.Ask("a"));
    }

    [Theory]
    [InlineData("", "not a JSON message")]
    [InlineData("flags", "not a JSON message")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{}", "its messageType is not data-sync")]
    [InlineData("""{ "messageType": "ping" }""", "its messageType is not data-sync")]
    [InlineData("""{ "messageType": "data-sync" }""", "neither full nor patch")]
    [InlineData("""{ "messageType": "data-sync", "data": { "eventType": "full" } }""", "without featureFlags")]
    public void A_text_or_file_that_is_no_data_stops_the_start_with_the_setting_and_the_fault(string text, string fault)
    {
        using var file = new TemporaryFile(text, new UTF8Encoding(false));

        foreach (var (setting, options) in new[]
        {
            ("Ffc:Bootstrap: ", new FfcOptions { Offline = true, Bootstrap = text }),
            ("Ffc:BootstrapPath: ", new FfcOptions { Offline = true, BootstrapPath = file.Path }),
        })
        {
            var e = Assert.Throws<ArgumentException>(() => new FfcClient(options));
            Assert.StartsWith(setting, e.Message, StringComparison.Ordinal);
            Assert.Contains(fault, e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no/such/file.json")]
    [InlineData(".")] // a directory
    [InlineData("a\0b")]
    public void A_file_that_cannot_be_read_stops_the_start(string path)
    {
        var e = Assert.Throws<ArgumentException>(() => new FfcClient(new FfcOptions { Offline = true, BootstrapPath = path }));

        Assert.StartsWith($"Ffc:BootstrapPath: '{path}' cannot be read: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offline_client_needs_no_secret_opens_no_connection_and_is_off()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var options = new FfcOptions { Offline = true, StreamingUri = new($"ws://{listener.LocalEndpoint}") };
        await using var client = await FfcClient.StartAsync(options, TestContext.Current.CancellationToken);

        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State);
        Assert.Null(client.UpdateStatusProvider.Status.LastError);
        Assert.False(await client.UpdateStatusProvider.WaitForOkAsync(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken));
        Assert.Equal((false, FlagDataSource.None, null), (client.Initialized, client.FlagData.Source, client.FlagData.Since));
        Assert.Equal("-1 the default: client not ready", client.Ask("a"));
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_client_that_was_closed_goes_on_answering()
    {
        var client = Clients.Offline(new FlagJson("a"));
        await client.DisposeAsync();
        await client.DisposeAsync();

        Assert.Equal("1 on: fall through all rules", client.Ask("a"));
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text, Encoding encoding) => File.WriteAllText(Path, text, encoding);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
