using Ffc.DevServer;

namespace Ffc.EndToEnd.Tests.DevServer;

public class StartTests
{
    [Fact]
    public async Task A_missing_flags_file_stops_the_start_with_its_path()
    {
        var path = Path.Combine(Path.GetTempPath(), "no-such-flags.json");

        var exception = await Assert.ThrowsAsync<FileNotFoundException>(
            () => StartAsync(new DevServerOptions { FlagsPath = path }));

        Assert.Contains(path, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_flags_file_stops_the_start_with_path_and_position()
    {
        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => TestServer.StartAsync("{\n oops"));

        Assert.Contains("flags.json: invalid JSON at line 2, position 2", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://localhost:5100")]
    [InlineData("http://localhost:5100/path")]
    [InlineData("http://localhost:99999")]
    [InlineData("localhost")]
    [InlineData("")]
    public async Task An_invalid_URL_stops_the_start(string urls) =>
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(new DevServerOptions { Urls = urls }));

    [Fact]
    public async Task A_port_in_use_stops_the_start_with_its_address()
    {
        await using var test = await TestServer.StartAsync();

        var exception = await Assert.ThrowsAnyAsync<IOException>(
            () => StartAsync(new DevServerOptions { FlagsPath = test.FlagsPath, Urls = test.Server.BaseUri.ToString() }));

        Assert.Contains(test.Server.BaseUri.Authority, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_secret_stops_the_start_and_is_not_in_the_message()
    {
        var options = new DevServerOptions { EnvSecret = "swordfish" };

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(options));

        Assert.DoesNotContain("swordfish", exception.ToString(), StringComparison.Ordinal);
    }

    private static Task<FfcDevServer> StartAsync(DevServerOptions options) =>
        FfcDevServer.StartAsync(options, TestContext.Current.CancellationToken);
}
