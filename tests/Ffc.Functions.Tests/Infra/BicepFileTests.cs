using System.Text.RegularExpressions;
using Ffc.Tests;

namespace Ffc.Functions.Tests.Infra;

/// <summary>Tests the Bicep files: they compile without warnings and need few parameters.</summary>
[Collection<InfrastructureTests>]
public sealed partial class BicepFileTests(Infrastructure infrastructure)
{
    private static readonly string[] Files = [.. Directory.GetFiles(Repository.PathOf("infra"), "*.bicep").Order()];

    [Fact]
    public async Task Compiler_and_linter_report_nothing()
    {
        Assert.SkipUnless(BicepCompiler.IsAvailable, BicepCompiler.SkipReason);

        var lint = await BicepCompiler.RunAsync(["lint", "--pattern", "*.bicep"]);

        Assert.Equal("", lint.Errors + lint.Output);
        Assert.Equal(0, lint.ExitCode);
    }

    [Fact]
    public async Task Bicep_files_are_formatted()
    {
        Assert.SkipUnless(BicepCompiler.IsAvailable, BicepCompiler.SkipReason);

        // The formatter changes files in place, so it gets copies.
        var copies = Directory.CreateTempSubdirectory("ffc-infra-");
        try
        {
            foreach (var file in Files)
                File.Copy(file, Path.Combine(copies.FullName, Path.GetFileName(file)));

            var format = await BicepCompiler.RunAsync(["format", "--pattern", "*.bicep"], directory: copies.FullName);

            Assert.Equal(0, format.ExitCode);
            Assert.All(Files, file =>
                Assert.Equal(File.ReadAllText(file), File.ReadAllText(Path.Combine(copies.FullName, Path.GetFileName(file)))));
        }
        finally
        {
            copies.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Parameter_file_reads_the_secret_from_an_environment_variable()
    {
        Assert.SkipUnless(BicepCompiler.IsAvailable, BicepCompiler.SkipReason);

        var without = await BicepCompiler.RunAsync(
            ["build-params", "main.bicepparam", "--stdout"], new Dictionary<string, string?> { ["FFC_ENV_SECRET"] = null });
        var with = await BicepCompiler.RunAsync(
            ["build-params", "main.bicepparam", "--stdout"],
            new Dictionary<string, string?> { ["FFC_ENV_SECRET"] = "given", ["AZURE_ENV_NAME"] = "flags" });

        Assert.NotEqual(0, without.ExitCode);
        Assert.Contains("FFC_ENV_SECRET", without.Errors, StringComparison.Ordinal);
        Assert.Equal("", with.Errors);
        Assert.Equal(0, with.ExitCode);
        Assert.DoesNotContain(
            "secret",
            SecretLine().Replace(Repository.Read("infra/main.bicepparam"), ""),
            StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Only_name_and_environment_secret_are_required()
    {
        var required = infrastructure.Template["parameters"]!.AsObject()
            .Where(parameter => parameter.Value!["defaultValue"] is null)
            .Select(parameter => (parameter.Key, parameter.Value!.Text("type")));

        Assert.Equal([("name", "string"), ("envSecret", "securestring")], required);
    }

    [Fact]
    public void Every_parameter_has_a_description() =>
        Assert.All(infrastructure.Template["parameters"]!.AsObject(), parameter =>
            Assert.False(string.IsNullOrWhiteSpace(parameter.Value!.Text("metadata", "description")), parameter.Key));

    [Fact]
    public void No_module_comes_from_a_registry() =>
        Assert.All(Files, file => Assert.DoesNotMatch(RemoteModule(), File.ReadAllText(file)));

    [GeneratedRegex(@"'(br|ts)[:/]")]
    private static partial Regex RemoteModule();

    // The line that reads the secret, and the comments.
    [GeneratedRegex("^(param envSecret = readEnvironmentVariable|//).*$", RegexOptions.Multiline)]
    private static partial Regex SecretLine();
}
