using System.Net.Http.Json;
using System.Text.Json;
using Ffc.Functions.Functions;
using Ffc.Functions.Ofrep;
using Ffc.Host.Tests;
using Ffc.Sdk;
using Ffc.Sdk.Insights;
using Ffc.Sdk.Tests;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Functions.Tests.Ofrep;

/// <summary>The function app's functions on the embedded host, on flags that a test writes down, and the events they leave.</summary>
internal sealed class OfrepApp : IAsyncDisposable
{
    private const string Route = "api/ofrep/v1/evaluate/flags";
    private static readonly object Ada = new { context = new { targetingKey = "ada" } };

    private readonly FfcClient _client;

    private OfrepApp(RunningHost host, FfcClient client, RecordedInsights insights)
    {
        Host = host;
        _client = client;
        Insights = insights;
    }

    public RunningHost Host { get; }

    public RecordedInsights Insights { get; }

    public static Task<OfrepApp> StartAsync(params ItemJson[] items) => StartAsync(MessageJson.Full(items));

    /// <param name="data">The message that the client starts with; null for no data at all.</param>
    /// <param name="settings">Settings of the host, as on its command line.</param>
    public static Task<OfrepApp> StartAsync(string? data, params string[] settings)
    {
        var insights = new RecordedInsights();
        return StartAsync(data, insights, insights, settings);
    }

    /// <summary>Starts one that may be called by many at once, and keeps no events.</summary>
    public static Task<OfrepApp> StartWithoutInsightsAsync(string data, params string[] settings) =>
        StartAsync(data, new NullInsightProcessor(), new RecordedInsights(), settings);

    /// <summary>Asks for one flag, for ada, and gives the answer.</summary>
    public async Task<JsonElement> EvaluateAsync(string flagKey, object? body = null, string functionKey = "")
    {
        using var response = await PostAsync($"{Route}/{flagKey}", body ?? Ada, ("x-functions-key", functionKey));
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    /// <summary>Asks for all flags.</summary>
    public Task<HttpResponseMessage> EvaluateAllAsync(object? body = null, params (string Name, string Value)[] headers) =>
        PostAsync(Route, body ?? Ada, headers);

    /// <summary>Asks for one flag and gives status and answer.</summary>
    public async Task<(int Status, JsonElement Body)> PostTextAsync(string? flagKey, string body, string contentType = "application/json")
    {
        using var content = new StringContent(body);
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
        using var response = await Host.Client.PostAsync(
            flagKey is null ? Route : $"{Route}/{flagKey}", content, TestContext.Current.CancellationToken);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _client.DisposeAsync();
    }

    private static async Task<OfrepApp> StartAsync(string? data, IInsightProcessor insights, RecordedInsights recorded, string[] settings)
    {
        var client = new FfcClient(new FfcOptions { Offline = true, Bootstrap = data }, insights);
        var host = await RunningHost.StartAsync(
            typeof(OfrepEvaluateFlag).Assembly.GetTypes(),
            builder =>
            {
                builder.Services.AddSingleton(client).AddSingleton<IFfcClient>(client);
                builder.Services.AddOptions<OfrepOptions>().Bind(builder.Configuration.GetSection(OfrepOptions.Section));
            },
            settings: ["--Ffc:Offline", "true", "--Ffc:FlushSchedule", "*/30 * * * * *", .. settings]);
        return new OfrepApp(host, client, recorded);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, object body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
