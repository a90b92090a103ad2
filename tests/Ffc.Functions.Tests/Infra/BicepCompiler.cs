using System.Diagnostics;
using System.Reflection;

namespace Ffc.Functions.Tests.Infra;

/// <summary>The real Bicep compiler, from its NuGet package.</summary>
internal static class BicepCompiler
{
    public const string WhyNotHere = "The Bicep compiler is restored on Linux x64 alone; infra/ is checked there.";

    // Set by the project file where the package was restored.
    private static readonly string? Executable = typeof(BicepCompiler).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(metadata => metadata.Key == "BicepCompiler")?.Value;

    public static bool IsHere => Executable is not null;

    /// <param name="arguments">The command and its options.</param>
    /// <param name="environment">Environment variables to set, or to take away where null.</param>
    /// <param name="directory">Where to run; null for infra/.</param>
    public static async Task<Result> RunAsync(
        string[] arguments, IReadOnlyDictionary<string, string?>? environment = null, string? directory = null)
    {
        var start = new ProcessStartInfo(Executable!, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? Repository.PathOf("infra"),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;

        using var timeLimit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(timeLimit.Token);
        var errors = process.StandardError.ReadToEndAsync(timeLimit.Token);
        try
        {
            await process.WaitForExitAsync(timeLimit.Token);
            return new Result(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <param name="ExitCode">0 for success.</param>
    /// <param name="Output">What was built.</param>
    /// <param name="Diagnostics">Errors and warnings of compiler and linter, empty when there are none.</param>
    public sealed record Result(int ExitCode, string Output, string Diagnostics);
}
