using System.Net;
using System.Net.Sockets;

namespace StreamSoak;

/// <summary>A TCP proxy that cuts, resets, freezes, slows down and half-opens its connections on request.</summary>
internal sealed class FaultyProxy : IDisposable
{
    private const int SlowBytesPerSecond = 20_000;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly HashSet<Socket> _sockets = [];

    private volatile Mode _mode;

    private FaultyProxy(int serverPort) => _serverPort = serverPort;

    private enum Mode
    {
        Normal,
        Slow,
        Frozen,

        /// <summary>Nothing from the server reaches the client; the other direction works.</summary>
        HalfOpen,
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static FaultyProxy Start(int serverPort)
    {
        var proxy = new FaultyProxy(serverPort);
        proxy._listener.Start();
        _ = proxy.AcceptAsync();
        return proxy;
    }

    /// <summary>Causes a random fault.</summary>
    public void Disturb(Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                CloseAll(reset: false);
                break;
            case 1:
                CloseAll(reset: true);
                break;
            case 2:
                _mode = Mode.Slow;
                break;
            case 3:
                _mode = Mode.Frozen;
                break;
            case 4:
                _mode = Mode.HalfOpen;
                break;
            default:
                _mode = Mode.Normal;
                break;
        }
    }

    /// <summary>Ends all faults. Connections that were half-open stay as they are: the client must notice.</summary>
    public void Calm() => _mode = Mode.Normal;

    public void Dispose()
    {
        _listener.Dispose();
        CloseAll(reset: false);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The proxy is disposed.
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _serverPort);
                Add(client, server);
                await Task.WhenAny(
                    PumpAsync(client, server, fromServer: false),
                    PumpAsync(server, client, fromServer: true));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The server is unreachable, or the connection was closed meanwhile.
            }
            finally
            {
                Remove(client, server);
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool fromServer)
    {
        var buffer = new byte[4_096];
        var isLost = false;
        try
        {
            while (true)
            {
                var length = await from.ReceiveAsync(buffer);
                if (length == 0)
                    return;
                while (_mode == Mode.Frozen)
                    await Task.Delay(50);
                if (_mode == Mode.Slow)
                    await Task.Delay(TimeSpan.FromSeconds((double)length / SlowBytesPerSecond));

                // Once bytes were dropped, the rest of the connection is useless.
                isLost |= fromServer && _mode == Mode.HalfOpen;
                if (!isLost)
                    await to.SendAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One side closed the connection.
        }
    }

    private void Add(params ReadOnlySpan<Socket> sockets)
    {
        lock (_lock)
        {
            foreach (var socket in sockets)
                _sockets.Add(socket);
        }
    }

    private void Remove(params ReadOnlySpan<Socket> sockets)
    {
        lock (_lock)
        {
            foreach (var socket in sockets)
                _sockets.Remove(socket);
        }
    }

    private void CloseAll(bool reset)
    {
        Socket[] sockets;
        lock (_lock)
            sockets = [.. _sockets];
        foreach (var socket in sockets)
        {
            try
            {
                if (reset)
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Close();
            }
            catch (ObjectDisposedException)
            {
                // Its connection has just ended.
            }
        }
    }
}
