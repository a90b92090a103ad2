using System.Net;
using System.Net.Sockets;
using System.Text;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Client;

/// <summary>Bootstrap data from an exported JSON message, and clients that open no connection.</summary>
public sealed class OfflineTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("full")]
    [InlineData("patch")]
    public async Task Bootstrap_data_is_evaluated(string eventType)
    {
        var text = MessageJson.Full(new FlagJson("a", 7), new SegmentJson("s", 9))
            .Replace("full", eventType, StringComparison.Ordinal);
        await using var client = new FfcClient(new FfcOptions { Offline = true, Bootstrap = text });

        Assert.True(client.Initialized);
        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        Assert.Equal((FlagDataSource.Bootstrap, 9L), (client.FlagData.Source, client.FlagData.Version));
        Assert.Equal((1, 1), (client.FlagData.FlagCount, client.FlagData.SegmentCount));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // as some editors on Windows write it
    public async Task Bootstrap_data_from_a_file_is_evaluated(bool byteOrderMark)
    {
        using var file = new TemporaryFile(MessageJson.Full(new FlagJson("a").Serves("é")), new UTF8Encoding(byteOrderMark));
        await using var client = new FfcClient(new FfcOptions { Offline = true, BootstrapPath = file.Path });

        Assert.Equal("1 é: fall through all rules", client.EvaluateAsText("a"));
    }

    [Theory]
    [InlineData("", "invalid JSON (line 1, byte 1)")]
    [InlineData("flags", "invalid JSON (line 1, byte 2)")]
    [InlineData("{\n  \"data\": ]", "invalid JSON (line 2, byte 11)")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{}", "its messageType is not data-sync")]
    [InlineData("""{ "messageType": "ping" }""", "its messageType is not data-sync")]
    [InlineData("""{ "messageType": "data-sync" }""", "neither full nor patch")]
    [InlineData("""{ "messageType": "data-sync", "data": { "eventType": "full" } }""", "without featureFlags")]
    public void Constructor_throws_and_names_setting_and_error_when_bootstrap_data_is_invalid(string text, string error)
    {
        using var file = new TemporaryFile(text, new UTF8Encoding(false));

        foreach (var (setting, options) in new[]
        {
            ("Ffc:Bootstrap: ", new FfcOptions { Offline = true, Bootstrap = text }),
            ("Ffc:BootstrapPath: ", new FfcOptions { Offline = true, BootstrapPath = file.Path }),
        })
        {
            var exception = Assert.Throws<ArgumentException>(() => new FfcClient(options));
            Assert.StartsWith(setting, exception.Message, StringComparison.Ordinal);
            Assert.Contains(error, exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no/such/file.json")]
    [InlineData(".")] // a directory
    [InlineData("a\0b")]
    public void Constructor_throws_when_the_bootstrap_file_cannot_be_read(string path)
    {
        var options = new FfcOptions { Offline = true, BootstrapPath = path };
        var exception = Assert.Throws<ArgumentException>(() => new FfcClient(options));

        Assert.StartsWith($"Ffc:BootstrapPath: cannot read '{path}': ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offline_client_needs_no_secret_and_opens_no_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var options = new FfcOptions { Offline = true, StreamingUri = new($"ws://{listener.LocalEndpoint}") };
        await using var client = await FfcClient.StartAsync(options, Cancellation);

        Assert.Equal(UpdateState.Off, client.UpdateStatusProvider.Status.State);
        Assert.Null(client.UpdateStatusProvider.Status.LastError);
        Assert.False(await client.UpdateStatusProvider.WaitForOkAsync(Timeout.InfiniteTimeSpan, Cancellation));
        Assert.Equal((false, FlagDataSource.None, null), (client.Initialized, client.FlagData.Source, client.FlagData.Since));
        Assert.Equal("-1 the default: client not ready", client.EvaluateAsText("a"));
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_disposed_client_continues_to_evaluate()
    {
        var client = Clients.Offline(new FlagJson("a"));
        await client.DisposeAsync();
        await client.DisposeAsync();

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text, Encoding encoding) => File.WriteAllText(Path, text, encoding);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
