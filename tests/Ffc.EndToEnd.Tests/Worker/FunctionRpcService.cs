using Ffc.EndToEnd.Tests.Worker.Rpc;
using Grpc.Core;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>The gRPC service to which the worker connects.</summary>
internal sealed class FunctionRpcService(WorkerChannel channel) : FunctionRpc.FunctionRpcBase
{
    public override Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context) => channel.RunAsync(requestStream, responseStream, context.CancellationToken);
}
