using System.Net;
using System.Net.Sockets;

namespace Ffc.Sdk.Internal;

/// <summary>Returns the addresses of a host name, the preferred one first.</summary>
internal delegate Task<IPAddress[]> ResolveAddresses(string host, CancellationToken cancellationToken);

/// <summary>
/// Connects to the first address of a host name that accepts the connection. An address that does not answer costs a short
/// delay instead of the whole time limit: the next address is tried in parallel (RFC 8305).
/// </summary>
internal static class TcpConnector
{
    private static readonly TimeSpan NextAddressDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>Connects to a host.</summary>
    /// <exception cref="SocketException">No address accepts the connection. The error is that of the first address.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<Stream> ConnectAsync(
        DnsEndPoint endPoint, ResolveAddresses resolve, CancellationToken cancellationToken)
    {
        var addresses = await resolve(endPoint.Host, cancellationToken).ConfigureAwait(false);
        var remaining = new Queue<IPAddress>(AlternateFamilies(addresses));
        var attempts = new List<Task<Socket>>();
        Exception? firstError = null;
        using var raceCts = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (remaining.Count > 0 || attempts.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (remaining.TryDequeue(out var address))
                    attempts.Add(ConnectAsync(address, endPoint.Port, raceCts.Token));
                if (await FirstEndedAsync(attempts, remaining.Count > 0, raceCts.Token).ConfigureAwait(false) is not { } ended)
                    continue;

                attempts.Remove(ended);
                try
                {
                    return new NetworkStream(await ended.ConfigureAwait(false), ownsSocket: true);
                }
                catch (SocketException exception)
                {
                    firstError ??= exception;
                }
            }
        }
        finally
        {
            await raceCts.CancelAsync().ConfigureAwait(false);
            foreach (var attempt in attempts)
                _ = CloseAsync(attempt);
        }

        throw firstError ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>Orders addresses so that the families alternate: often, all addresses of one family are unreachable.</summary>
    internal static IEnumerable<IPAddress> AlternateFamilies(IReadOnlyList<IPAddress> addresses)
    {
        var sameAsFirst = addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily).ToList();
        var others = addresses.Except(sameAsFirst).ToList();
        for (var i = 0; i < Math.Max(sameAsFirst.Count, others.Count); i++)
        {
            if (i < sameAsFirst.Count)
                yield return sameAsFirst[i];
            if (i < others.Count)
                yield return others[i];
        }
    }

    /// <summary>Waits for the end of an attempt. Null when it is time to try the next address.</summary>
    private static async Task<Task<Socket>?> FirstEndedAsync(
        List<Task<Socket>> attempts, bool hasNext, CancellationToken cancellationToken)
    {
        using var delayCts = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(hasNext ? NextAddressDelay : Timeout.InfiniteTimeSpan, delayCts.Token);
        var ended = await Task.WhenAny([.. attempts, delay]).ConfigureAwait(false);
        await delayCts.CancelAsync().ConfigureAwait(false);
        return ended as Task<Socket>;
    }

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task CloseAsync(Task<Socket> attempt)
    {
        try
        {
            (await attempt.ConfigureAwait(false)).Dispose();
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The attempt failed, so there is no connection to close.
        }
    }
}
