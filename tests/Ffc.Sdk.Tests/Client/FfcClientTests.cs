using System.Net;
using System.Net.Sockets;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Sdk.Tests.Client;

/// <summary>Creating a client from a secret, and disposing of it.</summary>
public sealed class FfcClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Constructor_accepts_a_secret_and_returns_before_there_is_data()
    {
        await using var client = new FfcClient(Clients.Secret);

        Assert.Equal((false, FlagDataSource.None), (client.Initialized, client.FlagData.Source));
        Assert.Equal("-1 the default: client not ready", client.EvaluateAsText("a"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("not-a-secret")]
    [InlineData("bm9wYXJ0cw==")] // base64 of "noparts"
    public void Constructor_throws_and_names_the_setting_when_the_secret_is_invalid(string? secret)
    {
        var exception = Assert.Throws<ArgumentException>(() => new FfcClient(secret!));

        Assert.StartsWith("Ffc:EnvSecret: ", exception.Message, StringComparison.Ordinal);
        if (!string.IsNullOrWhiteSpace(secret))
            Assert.DoesNotContain(secret, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_closes_the_connection_before_it_returns()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var options = new FfcOptions { EnvSecret = Clients.Secret, StreamingUri = new($"ws://{listener.LocalEndpoint}") };
        var client = new FfcClient(options);
        using var socket = await listener.AcceptSocketAsync(Cancellation);
        client.Dispose();

        Assert.True(IsClosedByPeer(socket));
    }

    [Fact]
    public void Dispose_returns_when_the_synchronization_context_runs_no_callbacks()
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new BlockedSynchronizationContext());
        try
        {
            new FfcClient(new FfcOptions { EnvSecret = Clients.Secret, StreamingUri = new("ws://127.0.0.1:1") }).Dispose();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    [Fact]
    public async Task Dispose_and_DisposeAsync_can_be_called_repeatedly_and_evaluation_continues()
    {
        var client = Clients.Offline(new FlagJson("a"));
        client.Dispose();
        await client.DisposeAsync();
        client.Dispose();

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("a"));
    }

    [Fact]
    public async Task A_service_provider_that_is_disposed_of_synchronously_disposes_of_the_client()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var services = new ServiceCollection().AddFfc(options =>
            (options.EnvSecret, options.StreamingUri) = (Clients.Secret, new Uri($"ws://{listener.LocalEndpoint}"))).Services;
        Socket socket;
        using (var provider = services.BuildServiceProvider())
        {
            Assert.Same(provider.GetRequiredService<FfcClient>(), provider.GetRequiredService<IFfcClient>());
            socket = await listener.AcceptSocketAsync(Cancellation);
        }

        using (socket)
            Assert.True(IsClosedByPeer(socket));
    }

    // Reads the client's request until the end of the stream. A connection that stays open ends with a timeout instead.
    private static bool IsClosedByPeer(Socket socket)
    {
        socket.ReceiveTimeout = 30_000;
        try
        {
            var buffer = new byte[4_096];
            while (socket.Receive(buffer) > 0)
            {
            }

            return true;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    private sealed class BlockedSynchronizationContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();
    }
}
