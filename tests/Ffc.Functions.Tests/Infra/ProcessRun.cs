using System.Diagnostics;

namespace Ffc.Functions.Tests.Infra;

/// <summary>How a program ended, and what it said.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">What it wrote.</param>
/// <param name="Errors">What it wrote of errors and warnings.</param>
internal sealed record ProcessRun(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program to its end; kills it after two minutes.</summary>
    /// <param name="program">What to run.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="directory">Where to run; null for here.</param>
    /// <param name="environment">Environment variables to set, or to take away where null.</param>
    public static async Task<ProcessRun> OfAsync(
        string program, IEnumerable<string> arguments, string? directory = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;

        using var timeLimit = new CancellationTokenSource(TimeLimit);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(timeLimit.Token);
        var errors = process.StandardError.ReadToEndAsync(timeLimit.Token);
        try
        {
            await process.WaitForExitAsync(timeLimit.Token);
            return new ProcessRun(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
