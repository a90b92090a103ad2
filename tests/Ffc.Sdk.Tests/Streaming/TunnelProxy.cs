using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>A small HTTP proxy that opens tunnels. Requires user name and password if configured.</summary>
internal sealed class TunnelProxy : IAsyncDisposable
{
    private static readonly byte[] Refusal = Encoding.ASCII.GetBytes(
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stoppingCts = new();
    private readonly string? _credentials;
    private readonly Task _running;

    /// <summary>Starts a proxy.</summary>
    /// <param name="credentials">The required <c>name:password</c>; null for none.</param>
    public TunnelProxy(string? credentials = null)
    {
        _credentials = credentials;
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The request lines of all requests.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stoppingCts.CancelAsync();
        _listener.Stop();
        await _running;
        _stoppingCts.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stoppingCts.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The proxy was stopped.
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
                    var request = await ReadRequestAsync(stream);
                    Requests.Enqueue(request[0]);
                    if (!IsAllowed(request))
                    {
                        await stream.WriteAsync(Refusal, _stoppingCts.Token);
                        continue;
                    }

                    await TunnelAsync(stream, request[0].Split(' ')[1]);
                    return;
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // One side closed its connection. The other one is closed by the disposal.
            }
        }
    }

    private bool IsAllowed(string[] request) => _credentials is null || request.Contains(
        $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(_credentials))}",
        StringComparer.OrdinalIgnoreCase);

    private async Task TunnelAsync(NetworkStream client, string target)
    {
        var address = IPEndPoint.Parse(target);
        using var server = new TcpClient();
        await server.ConnectAsync(address, _stoppingCts.Token);
        await client.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stoppingCts.Token);
        var upload = client.CopyToAsync(server.GetStream(), _stoppingCts.Token);
        var download = server.GetStream().CopyToAsync(client, _stoppingCts.Token);
        await await Task.WhenAny(upload, download);
    }

    private async Task<string[]> ReadRequestAsync(NetworkStream stream)
    {
        var request = new StringBuilder();
        var one = new byte[1];
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stoppingCts.Token);
            request.Append((char)one[0]);
        }

        return request.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
