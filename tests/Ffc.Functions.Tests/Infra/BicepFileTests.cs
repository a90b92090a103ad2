using System.Text.RegularExpressions;

namespace Ffc.Functions.Tests.Infra;

/// <summary>The Bicep files as such: they compile without a word, and need little.</summary>
[Collection<InfrastructureTests>]
public sealed partial class BicepFileTests(Infrastructure infrastructure)
{
    private static readonly string[] Files = [.. Directory.GetFiles(Repository.PathOf("infra"), "*.bicep").Order()];

    [Fact]
    public async Task Compiler_and_linter_find_nothing_to_say()
    {
        Assert.SkipUnless(BicepCompiler.IsHere, BicepCompiler.WhyNotHere);

        var lint = await BicepCompiler.RunAsync(["lint", "--pattern", "*.bicep"]);

        Assert.Equal("", lint.Errors + lint.Output);
        Assert.Equal(0, lint.ExitCode);
    }

    [Fact]
    public async Task Files_are_formatted()
    {
        Assert.SkipUnless(BicepCompiler.IsHere, BicepCompiler.WhyNotHere);

        // The formatter writes in place: it gets copies.
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
    public async Task The_parameter_file_takes_the_secret_from_the_environment()
    {
        Assert.SkipUnless(BicepCompiler.IsHere, BicepCompiler.WhyNotHere);

        var without = await BicepCompiler.RunAsync(
            ["build-params", "main.bicepparam", "--stdout"], new Dictionary<string, string?> { ["FFC_ENV_SECRET"] = null });
        var with = await BicepCompiler.RunAsync(
            ["build-params", "main.bicepparam", "--stdout"],
            new Dictionary<string, string?> { ["FFC_ENV_SECRET"] = "given", ["AZURE_ENV_NAME"] = "flags" });

        Assert.NotEqual(0, without.ExitCode);
        Assert.Contains("FFC_ENV_SECRET", without.Errors, StringComparison.Ordinal);
        Assert.Equal("", with.Errors);
        Assert.Equal(0, with.ExitCode);
        Assert.DoesNotContain("secret", SecretLine().Replace(Repository.Read("infra/main.bicepparam"), ""), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_name_and_the_environment_secret_are_all_that_must_be_given()
    {
        var required = infrastructure.Template["parameters"]!.AsObject()
            .Where(parameter => parameter.Value!["defaultValue"] is null)
            .Select(parameter => (parameter.Key, parameter.Value!.Text("type")));

        Assert.Equal([("name", "string"), ("envSecret", "securestring")], required);
    }

    [Fact]
    public void Every_parameter_says_what_it_is_for() =>
        Assert.All(infrastructure.Template["parameters"]!.AsObject(), parameter =>
            Assert.False(string.IsNullOrWhiteSpace(parameter.Value!.Text("metadata", "description")), parameter.Key));

    [Fact]
    public void Nothing_is_fetched_from_a_registry() =>
        Assert.All(Files, file => Assert.DoesNotMatch(RemoteModule(), File.ReadAllText(file)));

    [GeneratedRegex(@"'(br|ts)[:/]")]
    private static partial Regex RemoteModule();

    // The one line that reads it, and the comment that tells people how to give it.
    [GeneratedRegex("^(param envSecret = readEnvironmentVariable|//).*$", RegexOptions.Multiline)]
    private static partial Regex SecretLine();
}
