using System.Text.Json;
using Ffc.Functions.Tests.Infra;

namespace Ffc.Functions.Tests.Worker;

/// <summary>
/// What MSBuild makes of a copy of the function app's project: the packages of the worker need not be there for that. A copy, since
/// what stands beside the project decides, and a developer may have put local settings there.
/// </summary>
internal sealed class ProjectEvaluation : IDisposable
{
    private static readonly string[] Copied =
        ["Directory.Build.props", "Directory.Packages.props", "global.json", "host.json", "src/Ffc.Functions/Ffc.Functions.csproj"];

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ffc-project-");

    /// <param name="withLocalSettings">Whether <c>local.settings.json</c> stands beside the project.</param>
    public ProjectEvaluation(bool withLocalSettings = false)
    {
        Directory.CreateDirectory(Folder);
        foreach (var file in Copied)
            File.Copy(Repository.PathOf(file), Path.Combine(_root.FullName, file));
        if (withLocalSettings)
            File.Copy(Repository.PathOf("local.settings.sample.json"), Path.Combine(Folder, "local.settings.json"));
    }

    private string Folder => Path.Combine(_root.FullName, "src", "Ffc.Functions");

    /// <summary>Properties and items, as JSON.</summary>
    /// <param name="arguments">Further options, such as <c>-p:Name=value</c>.</param>
    public async Task<JsonElement> EvaluateAsync(params string[] arguments)
    {
        var result = await RunAsync(
        [
            "-getProperty:FunctionsHost,AzureFunctionsVersion,OutputType,TargetFramework,RuntimeIdentifier,SelfContained,PublishReadyToRun,UserSecretsId",
            "-getItem:PackageReference,ProjectReference,FrameworkReference,Using,None",
            .. arguments,
        ]);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        return JsonSerializer.Deserialize<JsonElement>(result.Output);
    }

    /// <summary>Runs MSBuild on the project.</summary>
    /// <remarks>It takes variables for properties; which host the tests are built for is not to choose here.</remarks>
    public Task<ProcessRun> RunAsync(string[] arguments) => ProcessRun.RunAsync(
        "dotnet", ["msbuild", "Ffc.Functions.csproj", "-nologo", .. arguments], Folder, new Dictionary<string, string?> { ["FunctionsHost"] = null });

    public void Dispose() => _root.Delete(recursive: true);
}
