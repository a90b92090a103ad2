using System.Net;
using System.Net.Http.Headers;

namespace Ffc.Sdk.Tests.Insights.Model;

/// <summary>A server in memory that counts how often it has received each event.</summary>
internal sealed class SimulatedServer(SimulatedTime time, Random random)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // An attempt of the client takes no longer.
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(10);

    private readonly Dictionary<int, int> _received = [];

    /// <summary>The events of requests that were too large.</summary>
    public HashSet<int> TooLarge { get; } = [];

    public FaultPlan<ServerFault> Plan { get; } = new(time);

    /// <summary>How often the server has received an event.</summary>
    public int Received(int key) => _received.GetValueOrDefault(key);

    /// <summary>Creates the connections of an instance.</summary>
    public HttpMessageHandler CreateHandler(SimulatedProcess process) => new Handler(this, process);

    private void Keep(int[] keys)
    {
        foreach (var key in keys)
            _received[key] = Received(key) + 1;
    }

    private async Task<HttpResponseMessage> SendAsync(
        SimulatedProcess process, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (fault, latency) = Plan.Next(MaxDuration);
        if (fault == ServerFault.Refused)
        {
            await time.DelayAsync(latency).WaitAsync(cancellationToken);
            throw new HttpRequestException(HttpRequestError.ConnectionError, "connection refused");
        }

        if (fault == ServerFault.ConnectHangs)
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);

        // The request is on its way: the server receives it even if the client cancels it.
        using var body = new MemoryStream();
        await request.Content!.CopyToAsync(body, cancellationToken);
        var keys = EventKeys.Read(body.ToArray());
        if (fault == ServerFault.Late)
            latency += TimeSpan.FromMilliseconds(random.Next(20_000));
        var status = fault switch
        {
            ServerFault.None or ServerFault.Late or ServerFault.KeepsAndHangs or ServerFault.KeepsAndAborts => 202,
            ServerFault.KeepsAndReturns502 => 502,
            ServerFault.Returns400 => 400,
            ServerFault.Returns401 => 401,
            ServerFault.Returns413 => keys.Length > 1 ? 413 : 202,
            ServerFault.Returns413Always => 413,
            ServerFault.Returns429 => 429,
            ServerFault.Returns503 => 503,
            _ => 0,
        };
        if (status is 202 or 502)
            time.Schedule(latency / 2, () => Keep(keys));

        return await AnswerAsync(process, keys, fault, latency, status, cancellationToken);
    }

    private async Task<HttpResponseMessage> AnswerAsync(
        SimulatedProcess process,
        int[] keys,
        ServerFault fault,
        TimeSpan latency,
        int status,
        CancellationToken cancellationToken)
    {
        var (isAccepted, isAnswered) = (false, false);
        try
        {
            if (fault is ServerFault.Hangs or ServerFault.KeepsAndHangs)
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            await time.DelayAsync(latency).WaitAsync(cancellationToken);
            if (fault is ServerFault.Aborts or ServerFault.KeepsAndAborts)
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "the connection broke");

            (isAccepted, isAnswered) = (status == 202, status != 502);
            var response = new HttpResponseMessage((HttpStatusCode)status);
            if (status == 413)
                TooLarge.UnionWith(keys);
            if (status == 429)
            {
                response.Headers.RetryAfter = new RetryConditionHeaderValue(RetryAfter);
                Plan.MarkBad(RetryAfter);
            }

            return response;
        }
        finally
        {
            if (!isAccepted)
                process.UnknownOutcomes.UnionWith(keys);
            if (!isAnswered)
                process.Doubts += keys.Length;
        }
    }

    private sealed class Handler(SimulatedServer server, SimulatedProcess process) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            process.RunAsync(() => server.SendAsync(process, request, cancellationToken));
    }
}
