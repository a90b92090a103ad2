using System.Collections.Concurrent;
using System.Threading.Channels;
using Ffc.EndToEnd.Tests.Worker.Rpc;
using Grpc.Core;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>The host's side of the gRPC stream that a worker opens. A response has the request id of its request.</summary>
internal sealed class WorkerChannel
{
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _pending = new();
    private readonly ConcurrentQueue<RpcLog> _logs = new();
    private readonly TaskCompletionSource<string> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the worker's id when the worker has opened the stream.</summary>
    public Task<string> Started => _started.Task;

    /// <summary>The log entries that the worker sent to the host.</summary>
    public IReadOnlyCollection<RpcLog> Logs => _logs;

    public void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    /// <summary>Sends a request and waits for the response.</summary>
    /// <exception cref="IOException">The worker closed the stream.</exception>
    public Task<StreamingMessage> RequestAsync(StreamingMessage request)
    {
        request.RequestId = Guid.NewGuid().ToString();
        var response = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[request.RequestId] = response;
        Send(request);
        return response.Task;
    }

    /// <summary>Handles the stream until the worker closes it.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming,
        IServerStreamWriter<StreamingMessage> outgoing,
        CancellationToken cancellationToken)
    {
        var writing = WriteAsync(outgoing, cancellationToken);
        try
        {
            while (await incoming.MoveNext(cancellationToken))
                Receive(incoming.Current);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The worker has ended.
        }
        finally
        {
            _outgoing.Writer.TryComplete();
            await writing;
            foreach (var response in _pending.Values)
                response.TrySetException(new IOException("The worker closed the stream."));
        }
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(cancellationToken))
                await outgoing.WriteAsync(message, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or OperationCanceledException)
        {
            // The worker has ended.
        }
    }

    private void Receive(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.StartStream:
                _started.TrySetResult(message.StartStream.WorkerId);
                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                _logs.Enqueue(message.RpcLog);
                break;
            default:
                if (_pending.TryRemove(message.RequestId, out var response))
                    response.TrySetResult(message);
                break;
        }
    }
}
