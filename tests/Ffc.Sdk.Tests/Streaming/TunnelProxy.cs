using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>A small HTTP proxy that opens tunnels, to those who show the right name and password where it wants one.</summary>
internal sealed class TunnelProxy : IAsyncDisposable
{
    private static readonly byte[] Refusal = Encoding.ASCII.GetBytes(
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly string? _credentials;
    private readonly Task _running;

    /// <summary>Starts a proxy.</summary>
    /// <param name="credentials"><c>name:password</c> that it wants to see; null when anybody may use it.</param>
    public TunnelProxy(string? credentials = null)
    {
        _credentials = credentials;
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The first lines of all requests.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // It is stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (true)
                {
                    var request = await ReadHeadAsync(stream);
                    Requests.Enqueue(request[0]);
                    if (!IsAllowed(request))
                    {
                        await stream.WriteAsync(Refusal, _stopping.Token);
                        continue;
                    }

                    await TunnelAsync(stream, request[0].Split(' ')[1]);
                    return;
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // One side is gone, and so is the other one then.
            }
        }
    }

    private bool IsAllowed(string[] request) => _credentials is null || request.Contains(
        $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(_credentials))}", StringComparer.OrdinalIgnoreCase);

    private async Task TunnelAsync(NetworkStream client, string target)
    {
        var parts = target.Split(':');
        using var server = new TcpClient();
        await server.ConnectAsync(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), _stopping.Token);
        await client.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stopping.Token);
        var there = client.CopyToAsync(server.GetStream(), _stopping.Token);
        var back = server.GetStream().CopyToAsync(client, _stopping.Token);
        await await Task.WhenAny(there, back);
    }

    private async Task<string[]> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stopping.Token);
            head.Append((char)one[0]);
        }

        return head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
