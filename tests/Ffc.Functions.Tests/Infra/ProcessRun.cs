using System.Diagnostics;

namespace Ffc.Functions.Tests.Infra;

/// <summary>The result of a program that has ended.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">The standard output.</param>
/// <param name="Errors">The standard error output.</param>
internal sealed record ProcessRun(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program until it ends; kills it after two minutes.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">The arguments of the program.</param>
    /// <param name="directory">The working directory; null for the current one.</param>
    /// <param name="environment">Environment variables to set; null removes a variable.</param>
    public static async Task<ProcessRun> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? directory = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;

        using var timeoutCts = new CancellationTokenSource(Timeout);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(timeoutCts.Token);
        var errors = process.StandardError.ReadToEndAsync(timeoutCts.Token);
        try
        {
            await process.WaitForExitAsync(timeoutCts.Token);
            return new ProcessRun(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
