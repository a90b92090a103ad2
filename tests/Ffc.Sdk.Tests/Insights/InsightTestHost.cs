using System.Globalization;
using Ffc.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Sdk.Tests.Insights;

/// <summary>A client that sends insights to a track server, with a fake clock and a collector for its logs.</summary>
internal sealed class InsightTestHost : IAsyncDisposable
{
    /// <summary>A secret with a valid form, for account 1, project 2 and environment 3. No server accepts it.</summary>
    public const string Secret = "Z29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ==";

    public const string Environment = "1__2__3";

    private const int IdleChecks = 3;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-outbox-");
    private int _users;

    private InsightTestHost(TrackServer server)
    {
        Server = server;
        Outbox = new FaultyOutbox(_folder.FullName, Clock);
    }

    public TrackServer Server { get; }

    public FfcClient Client { get; private set; } = null!;

    public AdjustableClock Clock { get; } = new();

    public FakeLogCollector Logs { get; } = new();

    /// <summary>The outbox, if the host was started with <see cref="StartWithFaultyOutboxAsync"/>.</summary>
    public FaultyOutbox Outbox { get; }

    public string OutboxFolder => Path.Combine(_folder.FullName, "v1", Environment);

    public string RejectedFolder => Path.Combine(_folder.FullName, "rejected", "v1", Environment);

    public InsightStatus Status => Client.Insights.Status;

    /// <summary>The number of batches in the outbox, without drafts.</summary>
    public int OutboxFiles => Files(OutboxFolder).Count(path => path.EndsWith(".gz", StringComparison.Ordinal));

    /// <summary>Starts a host whose outbox is a folder.</summary>
    public static async Task<InsightTestHost> StartAsync(Action<FfcOptions>? configure = null)
    {
        var host = new InsightTestHost(await TrackServer.StartAsync());
        host.Client = host.CreateClient(configure);
        return host;
    }

    /// <summary>Starts a host whose outbox is <see cref="Outbox"/>.</summary>
    public static async Task<InsightTestHost> StartWithFaultyOutboxAsync(
        OutboxFault fault = OutboxFault.None, Action<FfcOptions>? configure = null)
    {
        var host = new InsightTestHost(await TrackServer.StartAsync());
        host.Outbox.Fault = fault;
        host.Client = host.CreateClient(options =>
        {
            options.InsightOutbox = host.Outbox;
            configure?.Invoke(options);
        });
        return host;
    }

    /// <summary>Creates a client for the same server; its outbox is the folder.</summary>
    public FfcClient CreateClient(Action<FfcOptions>? configure = null)
    {
        var logs = new FakeLoggerProvider(Logs);
        var options = new FfcOptions
        {
            EnvSecret = Secret,
            StreamingUri = new Uri("ws://127.0.0.1:1"),
            EventsUri = Server.Uri,
            Bootstrap = Flags,
            TimeProvider = Clock,
            LoggerFactory = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs)),
        };
        options.Outbox.Path = _folder.FullName;
        configure?.Invoke(options);
        return new FfcClient(options);
    }

    /// <summary>Evaluates a flag for new users, which records one event for each.</summary>
    public void Evaluate(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"user-{Interlocked.Increment(ref _users):D7}");
            Client.Variation("plain", FfcUser.Builder(key).Build(), "");
        }
    }

    /// <summary>The number of users so far.</summary>
    public int Users => _users;

    /// <summary>Advances the clock in steps of half a second until a condition is met.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="idleChecks">The clock advances after this number of checks, 10 ms apart, without a change.</param>
    public Task UntilAsync(Func<bool> condition, int idleChecks = IdleChecks) =>
        UntilAsync(Client, condition, TimeSpan.FromSeconds(0.5), idleChecks);

    /// <summary>Flushes the client, and advances the clock meanwhile.</summary>
    public async Task<FlushResult> FlushAsync()
    {
        var flush = Client.FlushAsync();
        await UntilAsync(() => flush.IsCompleted);
        return await flush;
    }

    /// <summary>Drains the outbox, and advances the clock meanwhile.</summary>
    public async Task<OutboxDrainResult> DrainAsync()
    {
        var drain = Client.Insights.DrainOutboxAsync();
        await UntilAsync(() => drain.IsCompleted);
        return await drain;
    }

    /// <summary>Waits until the server has accepted exactly this number of events.</summary>
    public async Task WaitForArrivalAsync(int events) => await Eventually.Is(() => Server.KeptEvents, count => count == events);

    /// <summary>Asserts that each user's event arrived exactly once.</summary>
    public void AssertEachArrivedOnce()
    {
        var keys = Server.UserKeys;
        Assert.Equal(_users, keys.Distinct().Count());
        Assert.Equal(_users, keys.Count);
    }

    /// <summary>Disposes of a client, and advances the clock meanwhile.</summary>
    public async Task CloseAsync(FfcClient client)
    {
        var closing = client.DisposeAsync().AsTask();
        await UntilAsync(client, () => closing.IsCompleted, TimeSpan.FromSeconds(0.1));
        await closing;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(Client);
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    public static string[] Files(string folder) => Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Order()] : [];

    // The fake clock does not advance during disk and network operations, because they take real time.
    private async Task UntilAsync(FfcClient client, Func<bool> condition, TimeSpan step, int idleChecks = IdleChecks)
    {
        var (seen, idle) = ((client.Insights.Status, Server.Requests.Count, OutboxFiles), 0);
        await Eventually.Holds(condition, () =>
        {
            var now = (client.Insights.Status, Server.Requests.Count, OutboxFiles);
            idle = now == seen ? idle + 1 : 0;
            seen = now;
            if (idle < idleChecks)
                return;

            idle = 0;
            Clock.Advance(step);
        });
    }

    /// <summary>
    /// Three flags: <c>plain</c>; <c>needy</c>, with the prerequisite <c>needed</c>, which returns the required variation.
    /// </summary>
    private const string Flags =
        """
        {"messageType":"data-sync","data":{"eventType":"full","segments":[],"featureFlags":[
          {"id":"FF__1__2__3__plain","timestamp":1,"isArchived":false,"ff":{"name":"Plain","keyName":"plain","status":"Enabled",
            "defaultRulePercentageRollouts":[{"rolloutPercentage":[0,1],"valueOption":{"localId":1,"variationValue":"yes"}}],
            "variationOptionWhenDisabled":{"localId":2,"variationValue":"no"}}},
          {"id":"FF__1__2__3__needed","timestamp":1,"isArchived":false,"ff":{
            "name":"Needed","keyName":"needed","status":"Enabled",
            "defaultRulePercentageRollouts":[
              {"rolloutPercentage":[0,1],"exptRollout":0,"valueOption":{"localId":1,"variationValue":"on"}}],
            "isDefaultRulePercentageRolloutsIncludedInExpt":false,
            "variationOptionWhenDisabled":{"localId":2,"variationValue":"off"}},"exptIncludeAllRules":false},
          {"id":"FF__1__2__3__needy","timestamp":1,"isArchived":false,"ff":{"name":"Needy","keyName":"needy","status":"Enabled",
            "defaultRulePercentageRollouts":[
              {"rolloutPercentage":[0,1],"valueOption":{"localId":7,"variationValue":"{\"a\":1}"}}],
            "variationOptionWhenDisabled":{"localId":8,"variationValue":"{}"}},
            "ffp":[
              {"prerequisiteFeatureFlagId":"FF__1__2__3__needed",
               "valueOptionsVariationValue":{"localId":1,"variationValue":"on"}}]}
        ]}}
        """;
}
