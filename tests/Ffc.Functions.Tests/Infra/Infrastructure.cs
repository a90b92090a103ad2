using System.Text.Json.Nodes;
using Ffc.Tests;

namespace Ffc.Functions.Tests.Infra;

/// <summary>The compiled template of infra/ and its resources for two sets of parameters.</summary>
public sealed class Infrastructure : IAsyncLifetime
{
    private const string MinimalParameters = """
        param name = 'abc'
        param envSecret = 'not-a-secret'
        """;

    private const string FullParameters = """
        param name = 'Flags-Production-One'
        param envSecret = 'not-a-secret'
        param streamingUri = 'wss://featbit.example.com'
        param eventsUri = 'https://featbit.example.com/events'
        param alwaysReadyInstances = 0
        param corsOrigins = ['https://www.example.com']
        param privateNetworking = true
        param zoneRedundant = true
        param alertEmail = 'operators@example.com'
        param rejectedRetentionDays = 7
        param tags = { owner: 'flags' }
        """;

    private JsonObject? _template;
    private IReadOnlyList<JsonObject>? _withDefaults;
    private IReadOnlyList<JsonObject>? _withEverything;

    /// <summary>The compiled template.</summary>
    public JsonObject Template => Require(_template);

    /// <summary>The resources of a deployment with only the required parameters.</summary>
    public IReadOnlyList<JsonObject> WithDefaults => Require(_withDefaults);

    /// <summary>The resources of a deployment with private networking and all other options.</summary>
    public IReadOnlyList<JsonObject> WithEverything => Require(_withEverything);

    public async ValueTask InitializeAsync()
    {
        if (!BicepCompiler.IsAvailable)
            return;

        var build = BicepCompiler.RunAsync(["build", "main.bicep", "--stdout"]);
        var resources = await Task.WhenAll(ResourcesAsync(MinimalParameters), ResourcesAsync(FullParameters));
        (_withDefaults, _withEverything) = (resources[0], resources[1]);
        _template = JsonNode.Parse((await build).Output)!.AsObject();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static T Require<T>(T? compiled) where T : class
    {
        Assert.SkipUnless(BicepCompiler.IsAvailable, BicepCompiler.SkipReason);
        return compiled!;
    }

    /// <summary>Evaluates the template as far as possible without Azure: names, conditions, loops and parameters.</summary>
    private static async Task<IReadOnlyList<JsonObject>> ResourcesAsync(string parameters)
    {
        var directory = Directory.CreateTempSubdirectory("ffc-infra-");
        try
        {
            var template = Path.GetRelativePath(directory.FullName, Repository.PathOf("infra/main.bicep"));
            var file = Path.Combine(directory.FullName, "main.bicepparam");
            await File.WriteAllTextAsync(file, $"using '{template}'\n{parameters}\n");

            var result = await BicepCompiler.RunAsync(
            [
                "snapshot", file, "--location", "westeurope", "--resource-group", "rg-ffc",
                "--tenant-id", "00000000-0000-0000-0000-000000000001",
                "--subscription-id", "00000000-0000-0000-0000-000000000002",
            ]);
            if (result.ExitCode != 0)
                throw new InvalidOperationException($"The Bicep compiler refused infra/: {result.Output}{result.Errors}");

            var snapshot = JsonNode.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(file, "snapshot.json")))!;
            return [.. snapshot["predictedResources"]!.AsArray().Select(resource => resource!.AsObject())];
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
