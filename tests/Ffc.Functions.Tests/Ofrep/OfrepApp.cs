using System.Net.Http.Json;
using System.Text.Json;
using Ffc.Functions.Observability;
using Ffc.Functions.Ofrep;
using Ffc.Functions.Triggers;
using Ffc.Host.Tests;
using Ffc.Sdk;
using Ffc.Sdk.Insights;
using Ffc.Sdk.Tests;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Functions.Tests.Ofrep;

/// <summary>The functions on a local host with the flags of a test. Records the insight events.</summary>
internal sealed class OfrepApp : IAsyncDisposable
{
    private const string Route = "api/ofrep/v1/evaluate/flags";
    private static readonly object Ada = new { context = new { targetingKey = "ada" } };

    private OfrepApp(RunningHost host, FfcClient client, RecordedInsights insights)
    {
        Host = host;
        Client = client;
        Insights = insights;
    }

    public FfcClient Client { get; }

    public RunningHost Host { get; }

    public RecordedInsights Insights { get; }

    public static Task<OfrepApp> StartAsync(params ItemJson[] items) => StartAsync(MessageJson.Full(items));

    /// <param name="data">The data-sync message that the client starts with; null for no data.</param>
    /// <param name="settings">Command-line arguments of the host.</param>
    public static Task<OfrepApp> StartAsync(string? data, params string[] settings)
    {
        var insights = new RecordedInsights();
        return StartAsync(data, insights, insights, settings);
    }

    /// <summary>Starts an app that does not record events, for many concurrent requests.</summary>
    public static Task<OfrepApp> StartWithoutInsightsAsync(string data, params string[] settings) =>
        StartAsync(data, new NullInsightProcessor(), new RecordedInsights(), settings);

    /// <summary>Evaluates one flag for ada and returns the response.</summary>
    public async Task<JsonElement> EvaluateAsync(string flagKey, object? body = null, string functionKey = "")
    {
        using var response = await PostAsync($"{Route}/{flagKey}", body ?? Ada, ("x-functions-key", functionKey));
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    /// <summary>Evaluates all flags.</summary>
    public Task<HttpResponseMessage> EvaluateAllAsync(object? body = null, params (string Name, string Value)[] headers) =>
        PostAsync(Route, body ?? Ada, headers);

    /// <summary>Posts a text and returns status and response. A null flag key evaluates all flags.</summary>
    public async Task<(int Status, JsonElement Body)> PostTextAsync(
        string? flagKey, string body, string contentType = "application/json")
    {
        using var content = new StringContent(body);
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
        using var response = await Host.Client.PostAsync(
            flagKey is null ? Route : $"{Route}/{flagKey}", content, TestContext.Current.CancellationToken);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var json = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, json);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Client.DisposeAsync();
    }

    private static async Task<OfrepApp> StartAsync(
        string? data, IInsightProcessor insights, RecordedInsights recorded, string[] settings)
    {
        var client = new FfcClient(new FfcOptions { Offline = true, Bootstrap = data }, insights);
        var host = await RunningHost.StartAsync(
            typeof(OfrepEvaluateFlag).Assembly.GetTypes(),
            builder =>
            {
                builder.Services.AddSingleton(client).AddSingleton<IFfcClient>(client).AddSingleton<EventStreams>()
                    .AddSingleton<InstanceMetrics>();
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
