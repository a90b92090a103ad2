using System.Reflection;
using Ffc.DevServer;
using Ffc.Functions;
using Ffc.Sdk.AzureStorage;

namespace Ffc.Host.Tests;

/// <summary>The references between the assemblies of this repository run in one direction.</summary>
public sealed class ArchitectureTests
{
    public static TheoryData<Assembly, string[]> References => new()
    {
        { typeof(FfcFunctionsExtensions).Assembly, ["Ffc.Sdk", "Ffc.Sdk.AzureStorage"] },
        { typeof(AzureStorageOptions).Assembly, ["Ffc.Sdk"] },
        { typeof(FfcDevServer).Assembly, ["Ffc.Sdk"] },
        { typeof(FunctionHostBuilder).Assembly, ["Ffc.DevServer", "Ffc.Functions", "Ffc.Sdk"] },
    };

    [Theory]
    [MemberData(nameof(References), DisableDiscoveryEnumeration = true)]
    public void An_assembly_references_only_the_assemblies_below_it(Assembly assembly, string[] expected) => Assert.Equal(
        expected,
        assembly.GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("Ffc.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));
}
