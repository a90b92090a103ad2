using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>A development server, and the function app on both hosts with the same settings.</summary>
public sealed class WorkerService : IAsyncLifetime
{
    // The URL of an event stream contains the address of the host.
    private readonly FlagService _service = new() { MoreSettings = new() { ["Ffc__Ofrep__EventStreams"] = "false" } };

    internal AppProcess Server => _service.Server;

    /// <summary>The app on Ffc.Host.</summary>
    internal AppProcess App => _service.App;

    /// <summary>The published app on a Functions host.</summary>
    internal FunctionsHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _service.InitializeAsync();
        _service.EditFlags(flags =>
        {
            foreach (var key in RequestTable.OddKeys)
                flags.Add(Copy(flags.Find("new-checkout"), key));
        });
        await Eventually.Is(async () => await CountFlagsAsync(App.Http), count => count > RequestTable.OddKeys.Count);
        Host = await FunctionsHost.StartAsync(FlagService.Settings(Server.BaseUri));
        await Eventually.Is(async () => await CountFlagsAsync(Host.Http), count => count > RequestTable.OddKeys.Count);
    }

    private static JsonNode Copy(JsonNode flag, string key)
    {
        var copy = flag.DeepClone();
        var id = $"FF__1__1__1__{key}";
        (copy["id"], copy["ff"]!["id"], copy["ff"]!["keyName"]) = (id, id, key);
        return copy;
    }

    private static async Task<int> CountFlagsAsync(HttpClient http)
    {
        var status = await http.GetFromJsonAsync<JsonElement>("/api/status");
        return status.GetProperty("data").GetProperty("flags").GetInt32();
    }

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
            await Host.DisposeAsync();
        await _service.DisposeAsync();
    }
}
