using System.Reflection;
using Ffc.Sdk.FeatureManagement;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Packages.Tests;

/// <summary>A package that extends the SDK references no other assembly of this repository.</summary>
public sealed class ArchitectureTests
{
    public static TheoryData<Assembly> Packages =>
        [typeof(FfcFeatureManagementOptions).Assembly, typeof(FfcHealthChecksBuilderExtensions).Assembly];

    [Theory]
    [MemberData(nameof(Packages), DisableDiscoveryEnumeration = true)]
    public void A_package_references_only_the_SDK(Assembly package) => Assert.Equal(
        ["Ffc.Sdk"],
        package.GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("Ffc.", StringComparison.Ordinal)));
}
