using System.Diagnostics;
using System.Text;
using Ffc.EndToEnd.Tests.Worker;
using Ffc.EndToEnd.Tests.Worker.Rpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ffc.ColdStart;

/// <summary>
/// A published worker of the Functions host. This class does what the host does until the response to a first request: it loads
/// the functions over gRPC and forwards the request.
/// </summary>
internal sealed class WorkerApp : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly WorkerChannel _channel = new();
    private readonly Stopwatch _clock = new();
    private readonly string _folder;
    private WebApplication? _rpc;
    private Process? _process;
    private string _workerUri = "";
    private Dictionary<string, RpcFunctionMetadata> _functions = [];

    private WorkerApp(string folder) => _folder = folder;

    /// <summary>Starts the worker and loads its functions.</summary>
    public static async Task<WorkerApp> StartAsync(
        string folder, string assembly, IEnumerable<(string Name, string Value)> settings)
    {
        var app = new WorkerApp(folder);
        await app.ListenAsync();
        app.Launch(assembly, settings);
        await app.LoadFunctionsAsync();
        return app;
    }

    /// <summary>Repeats the request until the response contains a text.</summary>
    /// <returns>The milliseconds since the start of the process, and its processor time in milliseconds.</returns>
    public async Task<(double Time, double ProcessorTime)> CorrectResponseAsync(
        string function, string path, string body, string expected, params (string Name, string Value)[] routeValues)
    {
        while (true)
        {
            if ((await TryPostAsync(function, path, body, routeValues))?.Contains(expected, StringComparison.Ordinal) == true)
                return (_clock.Elapsed.TotalMilliseconds, ProcessorTime());
            if (_process!.HasExited || _clock.Elapsed > TimeLimit)
                throw new InvalidOperationException($"{_process.StartInfo.ArgumentList[0]} does not respond.");
            await Task.Delay(2);
        }
    }

    /// <summary>Announces the stop, and waits until the worker has stopped.</summary>
    public async Task StopAsync()
    {
        _channel.Send(new StreamingMessage
        {
            WorkerTerminate = new()
            {
                GracePeriod = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(5)),
            },
        });
        await _process!.WaitForExitAsync().WaitAsync(TimeLimit);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            _process.Kill();
        if (_process is not null)
            await _process.WaitForExitAsync();
        _process?.Dispose();
        if (_rpc is null)
            return;

        await _rpc.StopAsync(new CancellationToken(canceled: true));
        await _rpc.DisposeAsync();
    }

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel =>
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(_channel);
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = int.MaxValue);
        _rpc = builder.Build();
        _rpc.MapGrpcService<FunctionRpcService>();
        await _rpc.StartAsync();
    }

    private void Launch(string assembly, IEnumerable<(string Name, string Value)> settings)
    {
        var server = new Uri(_rpc!.Urls.Single());
        var (worker, request) = (Guid.NewGuid(), Guid.NewGuid());
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(_folder, assembly), "--host", server.Host, "--port", $"{server.Port}", "--workerId", $"{worker}",
                "--requestId", $"{request}", "--grpcMaxMessageLength", $"{int.MaxValue}", "--functions-uri", server.ToString(),
                "--functions-worker-id", $"{worker}", "--functions-request-id", $"{request}",
                "--functions-grpc-max-message-length", $"{int.MaxValue}",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = _folder;
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = _folder;

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, error) => Console.Error.Write(error.Data is { Length: > 0 } line ? line + "\n" : "");
        _clock.Start();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task LoadFunctionsAsync()
    {
        await _channel.Started.WaitAsync(TimeLimit);
        var init = await RequestAsync(new StreamingMessage
        {
            WorkerInitRequest = new() { HostVersion = "4.1037.0", WorkerDirectory = _folder, FunctionAppDirectory = _folder },
        });
        _workerUri = init.WorkerInitResponse.Capabilities["HttpUri"];
        var metadata = await RequestAsync(
            new StreamingMessage { FunctionsMetadataRequest = new() { FunctionAppDirectory = _folder } });
        _functions = metadata.FunctionMetadataResponse.FunctionMetadataResults.ToDictionary(function => function.Name);
        foreach (var function in _functions.Values)
        {
            foreach (var json in function.RawBindings)
            {
                using var binding = System.Text.Json.JsonDocument.Parse(json);
                var type = binding.RootElement.GetProperty("type").GetString()!;
                function.Bindings[binding.RootElement.GetProperty("name").GetString()!] = new BindingInfo
                {
                    Type = type,
                    Direction = type.EndsWith("Trigger", StringComparison.Ordinal)
                        ? BindingInfo.Types.Direction.In
                        : BindingInfo.Types.Direction.Out,
                };
            }

            await RequestAsync(new StreamingMessage
            {
                FunctionLoadRequest = new() { FunctionId = function.FunctionId, Metadata = function },
            });
        }
    }

    /// <summary>The response; null if the port of the worker is not open yet.</summary>
    private async Task<string?> TryPostAsync(
        string function, string path, string body, (string Name, string Value)[] routeValues)
    {
        var metadata = _functions[function];
        var invocation = new InvocationRequest
        {
            InvocationId = Guid.NewGuid().ToString(),
            FunctionId = metadata.FunctionId,
            InputData =
            {
                new ParameterBinding
                {
                    Name = metadata.Bindings.First(binding => binding.Value.Direction == BindingInfo.Types.Direction.In).Key,
                    Data = new() { Http = new() },
                },
            },
            TraceContext = new(),
        };
        foreach (var (name, value) in routeValues)
            invocation.TriggerMetadata[name] = new TypedData { String = value };

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(_workerUri), path));
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("x-ms-invocation-id", invocation.InvocationId);
        var invoked = _channel.RequestAsync(new StreamingMessage { InvocationRequest = invocation });
        try
        {
            using var response = await Http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            await invoked.WaitAsync(TimeLimit);
            return text;
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return null;
        }
    }

    private async Task<StreamingMessage> RequestAsync(StreamingMessage request) =>
        await _channel.RequestAsync(request).WaitAsync(TimeLimit);

    // The time of the process and of its threads, also of those that have ended.
    private double ProcessorTime()
    {
        _process!.Refresh();
        return _process.TotalProcessorTime.TotalMilliseconds;
    }
}
