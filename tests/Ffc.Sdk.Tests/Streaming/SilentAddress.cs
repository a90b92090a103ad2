using System.Net;
using System.Net.Sockets;

namespace Ffc.Sdk.Tests.Streaming;

/// <summary>
/// An address that does not answer connection attempts, as one behind a firewall: a listener that accepts nothing and whose
/// queue is full.
/// </summary>
internal sealed class SilentAddress : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _queued = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Starts to listen.</summary>
    public SilentAddress(IPAddress address, int port)
    {
        _listener.Bind(new IPEndPoint(address, port));
        _listener.Listen(0);
        _queued.Connect(address, port);
    }

    public void Dispose()
    {
        _queued.Dispose();
        _listener.Dispose();
    }
}
