using Ffc.DevServer;

namespace Ffc.EndToEnd.Tests.DevServer;

public class StartTests
{
    [Fact]
    public async Task A_start_without_a_file_names_the_path()
    {
        var path = Path.Combine(Path.GetTempPath(), "no-such-flags.json");

        var error = await Assert.ThrowsAsync<FileNotFoundException>(() => StartAsync(new DevServerOptions { FlagsPath = path }));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_with_a_bad_file_names_path_and_place()
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => TestServer.StartAsync("{\n oops"));

        Assert.Contains("flags.json: line 2, position 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://localhost:5100")]
    [InlineData("http://localhost:5100/path")]
    [InlineData("http://localhost:99999")]
    [InlineData("localhost")]
    [InlineData("")]
    public async Task A_start_on_what_is_no_URL_is_refused(string urls) =>
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(new DevServerOptions { Urls = urls }));

    [Fact]
    public async Task A_start_on_a_port_that_is_taken_says_so()
    {
        await using var test = await TestServer.StartAsync();

        var error = await Assert.ThrowsAnyAsync<IOException>(
            () => StartAsync(new DevServerOptions { FlagsPath = test.FlagsPath, Urls = test.Server.BaseUri.ToString() }));

        Assert.Contains(test.Server.BaseUri.Authority, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_with_what_is_no_secret_is_refused_without_repeating_it()
    {
        var options = new DevServerOptions { EnvSecret = "swordfish" };

        var error = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(options));

        Assert.DoesNotContain("swordfish", error.ToString(), StringComparison.Ordinal);
    }

    private static Task<FfcDevServer> StartAsync(DevServerOptions options) =>
        FfcDevServer.StartAsync(options, TestContext.Current.CancellationToken);
}
