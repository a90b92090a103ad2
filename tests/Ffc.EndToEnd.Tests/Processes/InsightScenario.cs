using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Blobs;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Processes;

/// <summary>A development server and function app instances that share an outbox in Azurite.</summary>
internal sealed class InsightScenario : IAsyncDisposable
{
    private readonly string _storage;
    private readonly string _container = $"insights-{Guid.NewGuid():N}";
    private readonly List<AppProcess> _apps = [];
    private int _users;

    private InsightScenario(AppProcess server, string storage) => (Server, _storage) = (server, storage);

    public AppProcess Server { get; }

    /// <summary>The keys of users whose evaluation succeeded, with the time of the response.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Evaluated { get; } = new();

    public BlobContainerClient Outbox => new(_storage, _container);

    public BlobContainerClient Rejected => new(_storage, _container + "-rejected");

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static async Task<InsightScenario> StartAsync(string storage) => new(
        await AppProcess.StartAsync("Ffc.DevServer", [], "--urls", "http://127.0.0.1:0", "--control", "true"), storage);

    /// <summary>Starts an instance and waits until it has flags. By default it does not drain the outbox.</summary>
    public async Task<AppProcess> StartAppAsync(params (string Name, string Value)[] moreSettings)
    {
        var settings = FlagService.Settings(Server.BaseUri);
        settings["AzureWebJobsStorage"] = _storage;
        settings["Ffc__Outbox__Container"] = _container;
        settings["Ffc__Snapshot__Container"] = _container + "-s";
        settings["Ffc__FlushSchedule"] = "0 0 0 29 2 *";
        foreach (var (name, value) in moreSettings)
            settings[name] = value;

        var app = await AppProcess.StartAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");
        _apps.Add(app);
        app.Http.DefaultRequestHeaders.Add("x-functions-key", FlagService.FunctionKey);
        await Eventually.Is(() => FlagService.StatusOf(app, "/api/health/ready"), status => status == 200);
        return app;
    }

    /// <summary>Starts an instance that drains the outbox every second.</summary>
    public Task<AppProcess> StartDrainingAppAsync(params (string Name, string Value)[] moreSettings) =>
        StartAppAsync([("Ffc__FlushSchedule", "* * * * * *"), .. moreSettings]);

    /// <summary>Sets the response of the track endpoint.</summary>
    public async Task SetTrackResponseAsync(object trackControl)
    {
        using var response = await Server.Http.PostAsJsonAsync("/control/track", trackControl, Test);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Evaluates a flag for new users, one after the other.</summary>
    public async Task EvaluateAsync(AppProcess app, int times)
    {
        for (var i = 0; i < times; i++)
            await EvaluateAsync(app);
    }

    /// <summary>Evaluates a flag concurrently until the app stops responding.</summary>
    public Task RunLoadAsync(AppProcess app) => Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
    {
        try
        {
            while (true)
                await EvaluateAsync(app);
        }
        catch (HttpRequestException)
        {
            // The app has stopped.
        }
    }));

    /// <summary>Returns the user keys of the events that the server has received, in the order of arrival.</summary>
    public async Task<List<string>> GetArrivedKeysAsync() =>
        [.. (await GetEventsAsync()).Select(item => item.GetProperty("user").GetProperty("keyId").GetString()!)];

    /// <summary>Returns the events that the server has received.</summary>
    public async Task<List<JsonElement>> GetEventsAsync() =>
        [.. (await Server.Http.GetFromJsonAsync<JsonElement>("/insights", Test)).GetProperty("events").EnumerateArray()];

    public static async Task<JsonElement> GetInsightsAsync(AppProcess app) =>
        (await app.Http.GetFromJsonAsync<JsonElement>("/api/status", Test)).GetProperty("insights");

    public static async Task<int> CountBlobsAsync(BlobContainerClient container)
    {
        if (!await container.ExistsAsync(Test))
            return 0;

        var count = 0;
        await foreach (var _ in container.GetBlobsAsync(new(), Test))
            count++;
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
            await app.DisposeAsync();
        await Server.DisposeAsync();
    }

    private async Task EvaluateAsync(AppProcess app)
    {
        var key = $"user-{Interlocked.Increment(ref _users):D6}";
        using var response = await app.Http.PostAsJsonAsync(
            "/api/evaluate/new-checkout", new { user = new { key }, @default = false }, Test);
        if (response.IsSuccessStatusCode)
            Evaluated[key] = DateTimeOffset.UtcNow;
    }
}
