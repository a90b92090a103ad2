using System.Text.Json;
using Ffc.Functions.Tests.Infra;
using Ffc.Tests;

namespace Ffc.Functions.Tests.Worker;

/// <summary>How the function app is built and published, and the check of the published files.</summary>
public sealed class PublishTests
{
    private const string Metadata = "functions.metadata worker.config.json extensions.json";

    [Fact]
    public async Task A_published_app_is_compiled_for_linux_without_the_runtime()
    {
        var properties = await EvaluateAsync("-p:_IsPublishing=true");

        Assert.Equal("linux-x64", Property(properties, "RuntimeIdentifier"));
        Assert.Equal("true", Property(properties, "PublishReadyToRun"));
        Assert.Equal("false", Property(properties, "SelfContained"));
    }

    [Fact]
    public async Task A_build_is_not_for_a_specific_runtime()
    {
        var properties = await EvaluateAsync();

        Assert.Equal("", Property(properties, "RuntimeIdentifier"));
        Assert.NotEqual("true", Property(properties, "PublishReadyToRun"));
    }

    [Fact]
    public async Task The_project_has_the_version_of_the_functions_host_and_the_id_that_azd_would_add()
    {
        var properties = await EvaluateAsync();

        Assert.Equal("v4", Property(properties, "AzureFunctionsVersion"));
        Assert.NotEqual("", Property(properties, "UserSecretsId"));
    }

    [Theory]
    [InlineData($"{Metadata} host.json .azurefunctions/any.dll Ffc.Functions.dll Ffc.Sdk.dll", null)]
    [InlineData($"{Metadata} .azurefunctions/any.dll Ffc.Functions.dll Ffc.Sdk.dll", "missing: host.json")]
    [InlineData($"{Metadata} host.json Ffc.Functions.dll Ffc.Sdk.dll", "missing: .azurefunctions")]
    [InlineData("local.settings.json", "not allowed: ./local.settings.json")]
    [InlineData("any/Ffc.DevServer.dll", "not allowed: ./any/Ffc.DevServer.dll")]
    [InlineData("Ffc.Host.dll", "not allowed: ./Ffc.Host.dll")]
    [InlineData("Ffc.Sdk.pdb", "not allowed: ./Ffc.Sdk.pdb")]
    [InlineData("Ffc.Sdk.xml", "not allowed: ./Ffc.Sdk.xml")]
    [InlineData("samples/flags.json", "not allowed: ./samples")]
    public async Task The_content_check_reports_missing_and_unwanted_files(string files, string? error)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script needs bash.");

        var folder = Directory.CreateTempSubdirectory("ffc-published-");
        try
        {
            foreach (var file in files.Split(' '))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.FullName, file))!);
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), "", TestContext.Current.CancellationToken);
            }

            var run = await ProcessRun.RunAsync(Repository.PathOf(".ci/worker-content"), [folder.FullName]);

            Assert.Equal(error is null ? 0 : 1, run.ExitCode);
            Assert.Contains(error ?? "", run.Errors, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_checks_test_the_app_that_they_publish() => Assert.Matches(
        @"\.ci/worker artifacts/app\nFFC_PUBLISHED_APP=artifacts/app dotnet test ", Repository.Read(".ci/run"));

    private static async Task<JsonElement> EvaluateAsync(params string[] arguments)
    {
        var run = await ProcessRun.RunAsync(
            "dotnet",
            [
                "msbuild", Repository.PathOf("src/Ffc.Functions/Ffc.Functions.csproj"), "-nologo",
                "-getProperty:AzureFunctionsVersion,RuntimeIdentifier,SelfContained,PublishReadyToRun,UserSecretsId",
                .. arguments,
            ]);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        return JsonSerializer.Deserialize<JsonElement>(run.Output).GetProperty("Properties");
    }

    private static string Property(JsonElement properties, string name) => properties.GetProperty(name).GetString()!;
}
