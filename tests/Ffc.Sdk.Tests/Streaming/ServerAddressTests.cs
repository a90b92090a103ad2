using System.Net;
using System.Net.Sockets;
using Ffc.Sdk.Insights;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>The rules for connections to a server: redirects, and host names with several addresses.</summary>
public sealed class ServerAddressTests : StreamTest
{
    private const string Host = "two-addresses.test";

    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_of_the_upgrade_is_not_followed(int status)
    {
        await using var other = await ScriptedServer.StartAsync();
        Server.OnConnect = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = new UriBuilder(other.Uri) { Scheme = "http" }.Uri.ToString();
            return Task.FromResult(true);
        };
        var client = Connect();
        await Clock.WaitForRetryAsync(1);

        Assert.Equal(0, other.Attempts);
        Assert.EndsWith(
            $": the server redirects to another address ({status}); redirects are not followed: check Ffc:StreamingUri",
            client.UpdateStatusProvider.Status.LastError!.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_stream_connects_to_the_second_address_when_the_first_does_not_answer(bool refuses)
    {
        using var silent = refuses ? null : new SilentAddress(Other, Server.Uri.Port);
        var client = Connect(options =>
        {
            options.StreamingUri = AtHost(Server.Uri);
            options.ResolveAddresses = Resolve;
        });
        await (await Server.AcceptAsync()).AnswerAsync(MessageJson.Full(new FlagJson("a")));
        await WaitForStateAsync(client, UpdateState.Ok);

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
        Assert.DoesNotContain(Logs.GetSnapshot(), log => log.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Insights_are_sent_to_the_second_address_when_the_first_does_not_answer()
    {
        using var silent = new SilentAddress(Other, Server.Uri.Port);
        var options = Options(options => options.ResolveAddresses = Resolve);
        using var http = new InsightHttp(options, new InsightCounters(), CancellationToken.None);
        using var content = new InsightRequestContent(new InsightBatch("1", "environment", 1, "[]"u8.ToArray()));
        using var response = await http.Client.PostAsync(AtHost(options.EventsUri), content, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_error_is_that_of_the_first_address_when_no_address_accepts()
    {
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();

        var exception = await Assert.ThrowsAsync<SocketException>(
            () => TcpConnector.ConnectAsync(new DnsEndPoint(Host, port), Resolve, Cancellation));
        Assert.Equal(SocketError.ConnectionRefused, exception.SocketErrorCode);

        static Task<IPAddress[]> ResolveToNothing(string host, CancellationToken cancellationToken) =>
            Task.FromResult<IPAddress[]>([]);
        exception = await Assert.ThrowsAsync<SocketException>(
            () => TcpConnector.ConnectAsync(new DnsEndPoint(Host, port), ResolveToNothing, Cancellation));
        Assert.Equal(SocketError.HostNotFound, exception.SocketErrorCode);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("::1 ::2 ::3", "::1 ::2 ::3")]
    [InlineData("::1 ::2 ::3 10.0.0.1", "::1 10.0.0.1 ::2 ::3")]
    [InlineData("10.0.0.1 ::1 10.0.0.2 ::2 ::3", "10.0.0.1 ::1 10.0.0.2 ::2 ::3")]
    public void Address_families_alternate(string addresses, string expected)
    {
        var parsed = addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse).ToList();

        Assert.Equal(expected, string.Join(' ', TcpConnector.AlternateFamilies(parsed)));
    }

    [Fact]
    public void Handlers_neither_follow_redirects_nor_store_cookies()
    {
        using var handler = HttpHandlers.Create(new FfcOptions { ResolveAddresses = Resolve });

        Assert.Equal((false, false), (handler.AllowAutoRedirect, handler.UseCookies));
    }

    private static Uri AtHost(Uri uri) => new UriBuilder(uri) { Host = Host }.Uri;

    private static Task<IPAddress[]> Resolve(string host, CancellationToken cancellationToken)
    {
        Assert.Equal(Host, host);
        return Task.FromResult<IPAddress[]>([Other, IPAddress.Loopback]);
    }
}
