using System.Reflection;
using Ffc.Tests;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Runs the Bicep compiler from its NuGet package.</summary>
internal static class BicepCompiler
{
    public const string SkipReason = "The Bicep compiler is restored only on Linux x64.";

    // Set by the project file if the package is restored.
    private static readonly string? Executable = typeof(BicepCompiler).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(metadata => metadata.Key == "BicepCompiler")?.Value;

    public static bool IsAvailable => Executable is not null;

    /// <param name="arguments">The command and its options.</param>
    /// <param name="environment">Environment variables to set; null removes a variable.</param>
    /// <param name="directory">The working directory; null for infra/.</param>
    public static Task<ProcessRun> RunAsync(
        string[] arguments, IReadOnlyDictionary<string, string?>? environment = null, string? directory = null) =>
        ProcessRun.RunAsync(Executable!, arguments, directory ?? Repository.PathOf("infra"), environment);
}
