using System.Text.Json;
using Ffc.Functions.Tests.Infra;

namespace Ffc.Functions.Tests.Worker;

/// <summary>How the function app is built for which host.</summary>
public sealed class WorkerBuildTests
{
    private static readonly string[] Publishing = ["-p:_IsPublishing=true"];

    [Fact]
    public async Task For_the_functions_host_it_is_as_Microsofts_template_has_it()
    {
        using var project = new ProjectEvaluation(withLocalSettings: true);
        var evaluation = await project.EvaluateAsync();

        Assert.Equal("Worker", Property(evaluation, "FunctionsHost"));
        Assert.Equal("v4", Property(evaluation, "AzureFunctionsVersion"));
        Assert.Equal("Exe", Property(evaluation, "OutputType"));
        Assert.Equal("net10.0", Property(evaluation, "TargetFramework"));
        Assert.Contains("Microsoft.AspNetCore.App", Items(evaluation, "FrameworkReference"));
        Assert.Superset(
            new HashSet<string>
            {
                "Microsoft.Azure.Functions.Worker",
                "Microsoft.Azure.Functions.Worker.Sdk",
                "Microsoft.Azure.Functions.Worker.Extensions.Http",
                "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore",
                "Microsoft.Azure.Functions.Worker.Extensions.Timer",
            },
            Items(evaluation, "PackageReference"));
        Assert.Equal(("PreserveNewest", "Never"), Copied(evaluation, "local.settings.json"));
        Assert.Equal(("PreserveNewest", "PreserveNewest"), Copied(evaluation, "../../host.json"));
    }

    [Fact]
    public async Task Nothing_of_the_embedded_host_and_the_development_server_comes_into_it()
    {
        using var project = new ProjectEvaluation();
        var evaluation = await project.EvaluateAsync("-p:FunctionsHost=Worker");

        Assert.Equal(["../Ffc.Sdk/Ffc.Sdk.csproj"], Items(evaluation, "ProjectReference"));
        Assert.DoesNotContain(Items(evaluation, "Using"), name => name.StartsWith("Ffc.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_published_is_compiled_ahead_for_azures_linux_and_brings_no_runtime()
    {
        using var project = new ProjectEvaluation();
        var published = await project.EvaluateAsync(Publishing);

        Assert.Equal("Worker", Property(published, "FunctionsHost"));
        Assert.Equal("linux-x64", Property(published, "RuntimeIdentifier"));
        Assert.Equal("true", Property(published, "PublishReadyToRun"));
        Assert.Equal("false", Property(published, "SelfContained"));

        var built = await project.EvaluateAsync("-p:FunctionsHost=Worker");
        Assert.Equal("", Property(built, "RuntimeIdentifier"));
        Assert.NotEqual("true", Property(built, "PublishReadyToRun"));
    }

    [Fact]
    public async Task Without_either_it_runs_on_the_embedded_host()
    {
        using var project = new ProjectEvaluation();
        var evaluation = await project.EvaluateAsync();

        Assert.Equal("Embedded", Property(evaluation, "FunctionsHost"));
        Assert.Contains("../Ffc.Functions.Embedded/Ffc.Functions.Embedded.csproj", Items(evaluation, "ProjectReference"));
        Assert.DoesNotContain(Items(evaluation, "PackageReference"), name => name.StartsWith("Microsoft.Azure.Functions.", StringComparison.Ordinal));
        Assert.Equal(("PreserveNewest", "PreserveNewest"), Copied(evaluation, "../../host.json"));
    }

    [Theory]
    [InlineData("Worker", "linux-x64")]
    [InlineData("Embedded", "")]
    public async Task Who_names_the_host_gets_it(string host, string runtime)
    {
        using var project = new ProjectEvaluation(withLocalSettings: host == "Embedded");
        var evaluation = await project.EvaluateAsync([.. Publishing, $"-p:FunctionsHost={host}"]);

        Assert.Equal((host, runtime), (Property(evaluation, "FunctionsHost"), Property(evaluation, "RuntimeIdentifier")));
    }

    [Fact]
    public async Task Publishing_in_another_way_than_dotnet_publish_needs_the_host_to_be_named()
    {
        using var project = new ProjectEvaluation();

        var guessed = await project.RunAsync(["-t:PrepareForPublish"]);
        Assert.NotEqual(0, guessed.ExitCode);
        Assert.Contains("-p:FunctionsHost=Worker", guessed.Output, StringComparison.Ordinal);

        var named = await project.RunAsync(["-t:PrepareForPublish", "-p:FunctionsHost=Embedded"]);
        Assert.DoesNotContain("-p:FunctionsHost=Worker", named.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_project_has_what_azd_would_write_into_it()
    {
        using var project = new ProjectEvaluation();

        Assert.NotEqual("", Property(await project.EvaluateAsync(), "UserSecretsId"));
    }

    [Theory]
    [InlineData("host.json functions.metadata worker.config.json extensions.json .azurefunctions/any.dll Ffc.Functions.dll Ffc.Sdk.dll", null)]
    [InlineData("functions.metadata worker.config.json extensions.json .azurefunctions/any.dll Ffc.Functions.dll Ffc.Sdk.dll", "missing: host.json")]
    [InlineData("host.json worker.config.json extensions.json Ffc.Functions.dll Ffc.Sdk.dll functions.metadata", "missing: .azurefunctions")]
    [InlineData("local.settings.json", "does not belong here: ./local.settings.json")]
    [InlineData("any/Ffc.DevServer.dll", "does not belong here: ./any/Ffc.DevServer.dll")]
    [InlineData("Ffc.Functions.Embedded.pdb", "does not belong here: ./Ffc.Functions.Embedded.pdb")]
    [InlineData("samples/flags.json", "does not belong here: ./samples")]
    public async Task What_is_published_is_looked_through(string files, string? complaint)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for bash.");

        var folder = Directory.CreateTempSubdirectory("ffc-published-");
        try
        {
            foreach (var file in files.Split(' '))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder.FullName, file))!);
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), "", TestContext.Current.CancellationToken);
            }

            var run = await ProcessRun.RunAsync(Repository.PathOf(".ci/worker-content"), [folder.FullName]);

            Assert.Equal(complaint is null ? 0 : 1, run.ExitCode);
            Assert.Contains(complaint ?? "", run.Errors, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Property(JsonElement evaluation, string name) => evaluation.GetProperty("Properties").GetProperty(name).GetString()!;

    private static HashSet<string> Items(JsonElement evaluation, string name) =>
        [.. evaluation.GetProperty("Items").GetProperty(name).EnumerateArray().Select(Identity)];

    private static (string? ToOutput, string? ToPublished) Copied(JsonElement evaluation, string file)
    {
        var item = Assert.Single(evaluation.GetProperty("Items").GetProperty("None").EnumerateArray(), item => Identity(item) == file);
        return (Text("CopyToOutputDirectory"), Text("CopyToPublishDirectory"));

        string? Text(string name) => item.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    private static string Identity(JsonElement item) => item.GetProperty("Identity").GetString()!.Replace('\\', '/');
}
