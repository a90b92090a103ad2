using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Ffc.ColdStart;

/// <summary>A running published program, and the times of its events since the start.</summary>
internal sealed class App : IAsyncDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly Process _process;
    private readonly Stopwatch _clock;
    private readonly int _port = FreePort();

    /// <summary>Starts a program on a free port.</summary>
    public App(string program, IEnumerable<(string Name, string Value)> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, ["--urls", $"http://127.0.0.1:{_port}", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(program)!,
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _clock = Stopwatch.StartNew();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Address => $"http://127.0.0.1:{_port}";

    /// <summary>Waits until the port is open, and returns the milliseconds since the start.</summary>
    public async Task<double> PortOpenAsync()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, _port);
                return _clock.Elapsed.TotalMilliseconds;
            }
            catch (SocketException)
            {
                await PauseAsync();
            }
        }
    }

    /// <summary>Repeats the request until the response is correct, and returns the milliseconds since the start.</summary>
    public async Task<double> CorrectResponseAsync(EvaluationRequest request)
    {
        while (true)
        {
            using var body = new StringContent(request.Body, Encoding.UTF8, "application/json");
            using var response = await Http.PostAsync(new Uri($"{Address}/api/evaluate/{request.FlagKey}"), body);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            if (json.RootElement.GetProperty("data").GetProperty("variation").GetString() == request.ExpectedValue)
                return _clock.Elapsed.TotalMilliseconds;

            await PauseAsync();
        }
    }

    public async Task PostAsync(string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri(Address + path), body);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Sends SIGTERM to the program, and waits until it has stopped.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync().WaitAsync(TimeLimit);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // Short compared with the measured times, and long enough to leave the processor to the program.
    private async Task PauseAsync()
    {
        if (_process.HasExited || _clock.Elapsed > TimeLimit)
            throw new InvalidOperationException($"{_process.StartInfo.FileName} does not respond.");
        await Task.Delay(2);
    }
}
