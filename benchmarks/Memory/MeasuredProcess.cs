using System.Diagnostics;
using System.Globalization;

namespace Ffc.Memory;

/// <summary>A .NET process whose resident memory is measured.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    private readonly Process _process;

    private MeasuredProcess(Process process) => _process = process;

    public bool HasExited => _process.HasExited;

    /// <summary>The resident memory, in MB.</summary>
    public double Resident => Read("VmRSS");

    /// <summary>The largest resident memory since the start or since <see cref="ResetPeak"/>, in MB.</summary>
    public double Peak => Read("VmHWM");

    /// <summary>Starts a process.</summary>
    /// <param name="assembly">The assembly to run.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="environment">The environment variables to add.</param>
    /// <param name="folder">The working directory.</param>
    public static MeasuredProcess Start(
        string assembly, string[] arguments, Dictionary<string, string> environment, string folder)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => File.AppendAllText(Path.Combine(folder, "output.log"), line.Data + "\n");
        process.BeginOutputReadLine();
        return new MeasuredProcess(process);
    }

    public void ResetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private double Read(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        var kilobytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return double.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024;
    }
}
