using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Processes;

/// <summary>A program of this solution that runs as a separate process on a free port. Dispose ends the process.</summary>
internal sealed partial class AppProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    // A separate folder, so that processes do not see the files of others.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-app-");
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AppProcess(string assembly, IReadOnlyDictionary<string, string> settings, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };

        // Settings of this machine must not affect the tests.
        foreach (var name in start.Environment.Keys.Where(IsAppSetting).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in settings)
            start.Environment[name] = value;

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"{assembly} ended: {Output}"));
    }

    /// <summary>The console output of the process so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>A client whose base address is the address of the process.</summary>
    public HttpClient Http { get; private set; } = new();

    public Uri BaseUri => Http.BaseAddress!;

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program and waits until it listens.</summary>
    public static async Task<AppProcess> StartAsync(
        string project, Dictionary<string, string> settings, params string[] arguments)
    {
        var app = Start(Built(project), settings, arguments);
        try
        {
            app.Http.BaseAddress = await app._listening.Task.WaitAsync(Deadline);
            return app;
        }
        catch (Exception exception)
        {
            var output = app.Output;
            await app.DisposeAsync();
            throw new InvalidOperationException($"{project} does not listen: {output}", exception);
        }
    }

    /// <summary>Starts a program and waits until it ends.</summary>
    public static async Task<AppProcess> RunToEndAsync(
        string project, Dictionary<string, string> settings, params string[] arguments)
    {
        var app = Start(Built(project), settings, arguments);
        await app.EndedAsync();
        return app;
    }

    /// <summary>Starts an assembly and does not wait.</summary>
    public static AppProcess Start(string assembly, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var app = new AppProcess(assembly, settings, arguments);
        app._process.Start();
        app._process.BeginOutputReadLine();
        app._process.BeginErrorReadLine();
        return app;
    }

    /// <summary>Waits until the process has ended and its output is complete.</summary>
    public async Task EndedAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
    }

    /// <summary>Requests the process to stop, and waits until it has stopped.</summary>
    /// <returns>The duration of the stop.</returns>
    public async Task<TimeSpan> TerminateAsync()
    {
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, SendSignal(_process.Id, SigTerm));
        await EndedAsync();
        return clock.Elapsed;
    }

    /// <summary>Kills the process.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await EndedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The assembly of a project, built in the same configuration as these tests.</summary>
    public static string Built(string project)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var (framework, configuration) = (output.Name, output.Parent!.Name);
        return Path.Combine(Repository.Root, "src", project, "bin", configuration, framework, $"{project}.dll");
    }

    private static bool IsAppSetting(string name) =>
        name.StartsWith("Ffc", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("AzureWebJobs", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("FUNCTIONS_", StringComparison.OrdinalIgnoreCase);

    private void Read(string? line)
    {
        if (line is null)
            return;

        _output.Enqueue(line);
        if (ListeningLine().Match(line) is { Success: true } match)
            _listening.TrySetResult(new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex("(?:Now listening on|[A-Za-z]+ development server): (http://[^ ]+)")]
    private static partial Regex ListeningLine();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
