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
    public static Task<ProcessRun> RunAsync(
        string[] arguments, IReadOnlyDictionary<string, string?>? environment = null, string? directory = null) =>
        ProcessRun.OfAsync(Executable!, arguments, directory ?? Repository.PathOf("infra"), environment);
}
