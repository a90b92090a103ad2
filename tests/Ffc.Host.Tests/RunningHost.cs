using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Host.Tests;

/// <summary>A host on a free port with the given function classes, a client for it and its log entries.</summary>
public sealed class RunningHost : IAsyncDisposable
{
    /// <summary>The time limit for events that should occur immediately.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private RunningHost(IHost host, LogCollector log)
    {
        Host = host;
        Log = log;
        var server = host.Services.GetRequiredService<IServer>();
        Address = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        Client = new HttpClient { BaseAddress = new Uri(Address) };
    }

    public IHost Host { get; }

    public LogCollector Log { get; }

    public string Address { get; }

    public HttpClient Client { get; }

    /// <summary>Creates a builder with the given functions and <c>host.json</c>, without a console.</summary>
    internal static FunctionHostBuilder Builder(
        IReadOnlyCollection<Type>? functionClasses, string[]? args = null, string? hostJson = null)
    {
        var directory = Directory.CreateTempSubdirectory("ffc-host-");
        try
        {
            if (hostJson is not null)
                File.WriteAllText(Path.Combine(directory.FullName, "host.json"), hostJson);

            args ??= ["--urls", "http://127.0.0.1:0"];
            var builder = new FunctionHostBuilder(args, functionClasses, directory.FullName);
            builder.Web.Logging.ClearProviders();
            return builder;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Starts a host that serves the functions of <typeparamref name="T"/>.</summary>
    public static Task<RunningHost> StartAsync<T>(
        Action<WebApplicationBuilder>? configure = null, string? hostJson = null, params string[] settings) =>
        StartAsync([typeof(T)], configure, hostJson, settings);

    public static async Task<RunningHost> StartAsync(
        Type[]? functionClasses,
        Action<WebApplicationBuilder>? configure = null,
        string? hostJson = null,
        params string[] settings)
    {
        var log = new LogCollector();
        var builder = Builder(functionClasses, ["--urls", "http://127.0.0.1:0", .. settings], hostJson);
        builder.Web.Logging.AddProvider(log);
        configure?.Invoke(builder.Web);

        var host = builder.Build();
        try
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            host.Dispose();
            throw;
        }

        return new RunningHost(host, log);
    }

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(path, TestContext.Current.CancellationToken);

    public Task<string> GetStringAsync(string path) => Client.GetStringAsync(path, TestContext.Current.CancellationToken);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);

        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Checks that a response is a readable problem with the given status, and returns its detail.</summary>
    public static async Task<string> ProblemDetailAsync(HttpResponseMessage response, int status)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("about:blank", problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEqual("", problem.GetProperty("title").GetString());
        Assert.DoesNotContain("\\u00", problem.GetRawText(), StringComparison.Ordinal);
        return problem.GetProperty("detail").GetString()!;
    }

    public Task StopAsync() => Host.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();

        // A host that does not stop fails its test and does not block the others.
        await Host.StopAsync(CancellationToken.None).WaitAsync(Deadline, CancellationToken.None);
        await ((IAsyncDisposable)Host).DisposeAsync();
    }
}
