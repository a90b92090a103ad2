using System.Net;
using System.Text;
using Ffc.DevServer;
using Ffc.Sdk.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>The authentication of streaming clients.</summary>
public class AdmissionTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    // Has padding and both characters that have another meaning in a URL.
    private static readonly string AwkwardSecret =
        Convert.ToBase64String(Encoding.UTF8.GetBytes("~~~~?????>>>%20260101000000__7__8__9__default_0001"));

    public static TheoryData<string, string, string> Refused => new()
    {
        { "no token", "type=server", AwkwardSecret },
        { "an invalid token", "token=nonsense&type=server", AwkwardSecret },
        { "a truncated token", $"token={Escaped(AwkwardSecret)[..8]}&type=server", AwkwardSecret },
        { "another secret in the token", $"token={Escaped(DevServerOptions.DevelopmentSecret)}&type=server", AwkwardSecret },
        { "another secret in the header", $"token={Escaped(AwkwardSecret)}&type=server", DevServerOptions.DevelopmentSecret },
        { "no secret in the header", $"token={Escaped(AwkwardSecret)}&type=server", " " },
        { "no padding in the header", $"token={Escaped(AwkwardSecret)}&type=server", AwkwardSecret.TrimEnd('=') },
        { "another type", $"token={Escaped(AwkwardSecret)}&type=client", AwkwardSecret },
        { "no type", $"token={Escaped(AwkwardSecret)}", AwkwardSecret },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_client_without_valid_credentials_is_refused(string description, string query, string header)
    {
        await using var test = await TestServer.StartAsync(secret: AwkwardSecret, timeProvider: new FakeTimeProvider(Now));
        using var client = await test.ConnectAsync(query, header);

        var (code, reason) = await client.ReceiveCloseAsync();

        Assert.True(code == Wire.CloseRefused, description);
        Assert.NotEmpty(reason!);
        Assert.DoesNotContain(AwkwardSecret.TrimEnd('=')[..8], reason, StringComparison.Ordinal);
        Assert.Equal(0, test.Server.Connections);
        Assert.Contains(test.Log.Warnings, line => line.Contains(reason!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(34, true)]
    [InlineData(36, false)]
    [InlineData(-4, true)]
    [InlineData(-6, false)]
    [InlineData(1_000_000, false)]
    public async Task A_token_is_valid_for_30_seconds_with_5_seconds_of_clock_skew(int age, bool isValid)
    {
        var timeProvider = new FakeTimeProvider(Now);
        await using var test = await TestServer.StartAsync(timeProvider: timeProvider);
        using var client = await test.ConnectAsync(tokenTime: Now.AddSeconds(-age));

        if (isValid)
            Assert.Equal(Wire.Full, (await client.SyncAsync()).EventType);
        else
            Assert.Equal(Wire.CloseRefused, (await client.ReceiveCloseAsync()).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_secret_with_special_characters_is_accepted_in_escaped_and_unescaped_tokens(bool escapes)
    {
        Assert.Matches(@"^(?=.*\+)(?=.*/).*=$", AwkwardSecret);
        await using var test = await TestServer.StartAsync(secret: AwkwardSecret);
        var token = FrameClient.Token(AwkwardSecret, DateTimeOffset.UtcNow);
        using var client = await test.ConnectAsync($"token={(escapes ? Uri.EscapeDataString(token) : token)}&type=server");

        Assert.Equal(Wire.Full, (await client.SyncAsync()).EventType);
    }

    [Fact]
    public async Task A_request_without_an_upgrade_is_rejected()
    {
        await using var test = await TestServer.StartAsync();

        var path = new Uri(Wire.StreamingPath, UriKind.Relative);
        var response = await test.Http.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task The_log_contains_neither_secret_nor_token()
    {
        var token = FrameClient.Token(AwkwardSecret, DateTimeOffset.UtcNow);
        await using var test = await TestServer.StartAsync(secret: AwkwardSecret);
        using var client = await test.ConnectAsync($"token={Uri.EscapeDataString(token)}&type=server");
        await client.SyncAsync();
        using var refused = await test.ConnectAsync($"token={Uri.EscapeDataString(token)}&type=other");
        await refused.ReceiveCloseAsync();
        await client.CloseAsync();
        await test.Server.DisposeAsync();

        Assert.NotEmpty(test.Log.All);
        Assert.DoesNotContain(test.Log.All, line =>
            line.Contains(AwkwardSecret[..12], StringComparison.Ordinal) || line.Contains("token=", StringComparison.Ordinal));
    }

    private static string Escaped(string secret) => Uri.EscapeDataString(FrameClient.Token(secret, Now));
}
