using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.EndToEnd.Tests.Worker.Rpc;
using Ffc.Tests;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>
/// Does for the published worker what the Azure Functions host does: starts the process, loads the functions over gRPC, matches
/// HTTP requests with the same kind of routes, and forwards them to the worker. It does not check keys and has no timers.
/// </summary>
internal sealed class FunctionsHost : IAsyncDisposable
{
    /// <summary>The time that the Functions host gives a worker between the announcement of the stop and the kill.</summary>
    public static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    private const string InvocationIdHeader = "x-ms-invocation-id";
    private const int MaxMessageLength = int.MaxValue;

    private readonly WorkerChannel _channel = new();
    private readonly ConcurrentQueue<(string Function, StatusResult Result)> _invocations = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().AddHttpForwarder().BuildServiceProvider();
    private readonly HttpMessageInvoker _invoker =
        new(new ConnectRetry(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }));

    private WebApplication? _rpc;
    private LoopbackServer? _front;
    private string _workerUri = "";
    private int _runningInvocations;

    private FunctionsHost()
    {
    }

    public AppProcess Worker { get; private set; } = null!;

    public IReadOnlyList<WorkerFunction> Functions { get; private set; } = [];

    /// <summary>What the worker reported about itself.</summary>
    public WorkerInitResponse Init { get; private set; } = new();

    /// <summary>The log entries that the worker sent to the host.</summary>
    public IReadOnlyCollection<RpcLog> Logs => _channel.Logs;

    /// <summary>The functions that the worker ran and their results.</summary>
    public IReadOnlyCollection<(string Function, StatusResult Result)> Invocations => _invocations;

    /// <summary>The number of HTTP requests that the worker has not reported as complete.</summary>
    public int RunningInvocations => Volatile.Read(ref _runningInvocations);

    /// <summary>The address at which the host accepts HTTP requests.</summary>
    public Uri BaseUri => _front!.Uri;

    /// <summary>A client for <see cref="BaseUri"/>.</summary>
    public HttpClient Http { get; } = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    /// <summary>Starts the worker and loads its functions.</summary>
    public static async Task<FunctionsHost> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var host = await LaunchAsync(settings);
        try
        {
            await host.LoadFunctionsAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the process of the worker and does not wait.</summary>
    public static async Task<FunctionsHost> LaunchAsync(IReadOnlyDictionary<string, string> settings)
    {
        var folder = await PublishedApp.FolderAsync();
        var host = new FunctionsHost();
        await host.ListenAsync();

        // The arguments and variables of the Functions host. The first five arguments are for older workers.
        var (server, workerId, requestId) = (new Uri(host._rpc!.Urls.Single()), Guid.NewGuid(), Guid.NewGuid());
        host.Worker = AppProcess.Start(
            Path.Combine(folder, "Ffc.Functions.dll"),
            new Dictionary<string, string>(settings)
            {
                ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
                ["FUNCTIONS_WORKER_DIRECTORY"] = folder,
                ["FUNCTIONS_APPLICATION_DIRECTORY"] = folder,
            },
            "--host", server.Host, "--port", $"{server.Port}", "--workerId", $"{workerId}", "--requestId", $"{requestId}",
            "--grpcMaxMessageLength", $"{MaxMessageLength}",
            "--functions-uri", server.ToString(), "--functions-worker-id", $"{workerId}",
            "--functions-request-id", $"{requestId}", "--functions-grpc-max-message-length", $"{MaxMessageLength}");
        return host;
    }

    /// <summary>Initializes the worker, loads all functions and begins to accept HTTP requests.</summary>
    public async Task LoadFunctionsAsync()
    {
        var started = await Task.WhenAny(_channel.Started, Worker.EndedAsync());
        if (started != _channel.Started)
            throw new InvalidOperationException($"The worker ended with {Worker.ExitCode}: {Worker.Output}");

        var folder = await PublishedApp.FolderAsync();
        Init = (await RequestAsync(new StreamingMessage
        {
            WorkerInitRequest = new() { HostVersion = "4.1037.0", WorkerDirectory = folder, FunctionAppDirectory = folder },
        })).WorkerInitResponse;
        _workerUri = Init.Capabilities["HttpUri"];

        var metadata = await RequestAsync(
            new StreamingMessage { FunctionsMetadataRequest = new() { FunctionAppDirectory = folder } });
        Functions = [.. metadata.FunctionMetadataResponse.FunctionMetadataResults.Select(item => new WorkerFunction(item))];
        foreach (var function in Functions)
        {
            var loaded = await RequestAsync(new StreamingMessage
            {
                FunctionLoadRequest = new() { FunctionId = function.Metadata.FunctionId, Metadata = function.Metadata },
            });
            if (loaded.FunctionLoadResponse.Result is { Status: not StatusResult.Types.Status.Success } result)
                throw new InvalidOperationException($"{function.Name} was not loaded: {result.Exception?.Message}");
        }

        _front = await LoopbackServer.StartAsync(app => app.UseRouter(CreateRoutes(app.Services)));
        Http.BaseAddress = _front.Uri;
    }

    /// <summary>Runs a function with a timer trigger.</summary>
    public async Task<StatusResult> FireTimerAsync(string name)
    {
        var function = Functions.Single(function => function.Name == name);
        var info = JsonSerializer.Serialize(new { Schedule = new { AdjustForDST = true }, IsPastDue = false });
        var response = await RequestAsync(new StreamingMessage
        {
            InvocationRequest = new()
            {
                InvocationId = Guid.NewGuid().ToString(),
                FunctionId = function.Metadata.FunctionId,
                InputData = { new ParameterBinding { Name = function.TriggerName, Data = new() { Json = info } } },
                TraceContext = new(),
            },
        });
        return response.InvocationResponse.Result;
    }

    /// <summary>Announces the stop to the worker, and kills the worker after the grace period.</summary>
    /// <returns>How long the worker took to end.</returns>
    public async Task<TimeSpan> TerminateAsync()
    {
        var clock = Stopwatch.StartNew();
        _channel.Send(new StreamingMessage
        {
            WorkerTerminate = new() { GracePeriod = Duration.FromTimeSpan(GracePeriod) },
        });
        try
        {
            await Worker.EndedAsync().WaitAsync(GracePeriod);
        }
        catch (TimeoutException)
        {
            await Worker.KillAsync();
        }

        return clock.Elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_front is not null)
            await _front.DisposeAsync();
        if (Worker is not null)
            await Worker.DisposeAsync();
        if (_rpc is not null)
        {
            await _rpc.StopAsync(new CancellationToken(canceled: true));
            await _rpc.DisposeAsync();
        }

        _invoker.Dispose();
        await _services.DisposeAsync();
    }

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel =>
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(_channel);
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = MaxMessageLength);
        _rpc = builder.Build();
        _rpc.MapGrpcService<FunctionRpcService>();
        await _rpc.StartAsync(Test);
    }

    private async Task<StreamingMessage> RequestAsync(StreamingMessage request) =>
        await _channel.RequestAsync(request).WaitAsync(TimeSpan.FromSeconds(30), Test);

    /// <summary>The routes in the order of the functions: as on the Functions host, the first route that matches wins.</summary>
    private RouteCollection CreateRoutes(IServiceProvider services)
    {
        var constraints = services.GetRequiredService<IInlineConstraintResolver>();
        var routes = new RouteCollection();
        foreach (var function in Functions.Where(function => function.TriggerType == "httpTrigger"))
        {
            routes.Add(new Route(
                new RouteHandler(context => InvokeAsync(context, function)),
                function.Name,
                $"api/{function.Route}",
                defaults: null,
                new Dictionary<string, object> { ["httpMethod"] = new HttpMethodRouteConstraint(function.Methods) },
                dataTokens: null,
                constraints));
        }

        return routes;
    }

    private async Task InvokeAsync(HttpContext context, WorkerFunction function)
    {
        var invocation = new InvocationRequest
        {
            InvocationId = Guid.NewGuid().ToString(),
            FunctionId = function.Metadata.FunctionId,
            InputData = { new ParameterBinding { Name = function.TriggerName, Data = new() { Http = new() } } },
            TraceContext = new(),
        };
        foreach (var (name, value) in context.Request.RouteValues)
        {
            if (value is string text)
                invocation.TriggerMetadata[name] = new TypedData { String = text };
        }

        context.Request.Headers[InvocationIdHeader] = invocation.InvocationId;
        var response = RunAsync(new StreamingMessage { InvocationRequest = invocation });
        var forwarder = _services.GetRequiredService<IHttpForwarder>();
        var error = await forwarder.SendAsync(context, _workerUri, _invoker, ForwarderRequestConfig.Empty);
        if (error == ForwarderError.None)
            _invocations.Enqueue((function.Name, (await response).InvocationResponse.Result));
    }

    private async Task<StreamingMessage> RunAsync(StreamingMessage invocation)
    {
        Interlocked.Increment(ref _runningInvocations);
        try
        {
            return await _channel.RequestAsync(invocation);
        }
        finally
        {
            Interlocked.Decrement(ref _runningInvocations);
        }
    }

    /// <summary>Repeats refused connections, because the worker loads its functions before its port is open.</summary>
    private sealed class ConnectRetry(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private const int MaxAttempts = 10;
        private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await base.SendAsync(request, cancellationToken);
                }
                catch (HttpRequestException exception)
                    when (exception.HttpRequestError == HttpRequestError.ConnectionError && attempt < MaxAttempts)
                {
                    await Task.Delay(Delay, cancellationToken);
                }
            }
        }
    }
}
