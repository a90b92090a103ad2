using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Blobs;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Processes;

/// <summary>A development server, and instances of the function app that share an outbox in Azurite.</summary>
internal sealed class InsightStage : IAsyncDisposable
{
    private readonly string _storage;
    private readonly string _container = $"insights-{Guid.NewGuid():N}";
    private readonly List<AppProcess> _apps = [];
    private int _users;

    private InsightStage(AppProcess server, string storage) => (Server, _storage) = (server, storage);

    public AppProcess Server { get; }

    /// <summary>The users whose evaluation was answered, and when.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Answered { get; } = new();

    public BlobContainerClient Outbox => new(_storage, _container);

    public BlobContainerClient Rejected => new(_storage, _container + "-rejected");

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public static async Task<InsightStage> StartAsync(string storage) => new(
        await AppProcess.StartAsync("Ffc.DevServer", [], "--urls", "http://127.0.0.1:0", "--control", "true"), storage);

    /// <summary>Starts an instance and waits until it has flags. It drains the outbox only where the settings say so.</summary>
    public async Task<AppProcess> StartAppAsync(params (string Name, string Value)[] more)
    {
        var settings = FlagService.Settings(Server.BaseUri);
        settings["AzureWebJobsStorage"] = _storage;
        settings["Ffc__Outbox__Container"] = _container;
        settings["Ffc__Snapshot__Container"] = _container + "-s";
        settings["Ffc__FlushSchedule"] = "0 0 0 29 2 *";
        foreach (var (name, value) in more)
            settings[name] = value;

        var app = await AppProcess.StartAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");
        _apps.Add(app);
        app.Http.DefaultRequestHeaders.Add("x-functions-key", FlagService.FunctionKey);
        await Eventually.Is(() => FlagService.StatusOf(app, "/api/health/ready"), status => status == 200);
        return app;
    }

    /// <summary>Starts an instance that drains the outbox every second.</summary>
    public Task<AppProcess> StartDrainingAppAsync() => StartAppAsync(("Ffc__FlushSchedule", "* * * * * *"));

    /// <summary>Has the track endpoint answer this from now on.</summary>
    public async Task TrackAnswersAsync(object answer)
    {
        using var response = await Server.Http.PostAsJsonAsync("/control/track", answer, Test);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Evaluates a flag for users that were not there before, one after the other.</summary>
    public async Task EvaluateAsync(AppProcess app, int times)
    {
        for (var i = 0; i < times; i++)
            await EvaluateAsync(app);
    }

    /// <summary>Evaluates, several at a time, for as long as the app answers.</summary>
    public Task LoadAsync(AppProcess app) => Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
    {
        try
        {
            while (true)
                await EvaluateAsync(app);
        }
        catch (HttpRequestException)
        {
            // It is gone.
        }
    }));

    /// <summary>The keys of the users whose events the server has, in the order they came.</summary>
    public async Task<List<string>> ArrivedAsync() =>
        [.. (await EventsAsync()).Select(item => item.GetProperty("user").GetProperty("keyId").GetString()!)];

    /// <summary>The events that the server has.</summary>
    public async Task<List<JsonElement>> EventsAsync() =>
        [.. (await Server.Http.GetFromJsonAsync<JsonElement>("/insights", Test)).GetProperty("events").EnumerateArray()];

    public static async Task<JsonElement> InsightsOf(AppProcess app) =>
        (await app.Http.GetFromJsonAsync<JsonElement>("/api/status", Test)).GetProperty("insights");

    public static async Task<int> CountAsync(BlobContainerClient container)
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
        using var response = await app.Http.PostAsJsonAsync("/api/evaluate/new-checkout", new { user = new { key }, @default = false }, Test);
        if (response.IsSuccessStatusCode)
            Answered[key] = DateTimeOffset.UtcNow;
    }
}
