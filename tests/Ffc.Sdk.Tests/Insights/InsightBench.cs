using System.Globalization;
using Ffc.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.Sdk.Tests.Insights;

/// <summary>A client that sends insights to a track server, on a clock that the test moves, and all that it logs.</summary>
internal sealed class InsightBench : IAsyncDisposable
{
    private const int IdleLooks = 3;

    /// <summary>Of the form of a real one; it opens nothing. Account 1, project 2, environment 3.</summary>
    public const string Secret = "Z29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ==";

    public const string Environment = "1__2__3";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-outbox-");
    private int _users;

    private InsightBench(TrackServer server) => Server = server;

    public TrackServer Server { get; }

    public FfcClient Client { get; private set; } = null!;

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UnixEpoch.AddYears(56));

    public FakeLogCollector Logs { get; } = new();

    public string OutboxFolder => Path.Combine(_folder.FullName, "v1", Environment);

    public string RejectedFolder => Path.Combine(_folder.FullName, "rejected", "v1", Environment);

    public InsightStatus Status => Client.Insights;

    /// <summary>How many batches are in the outbox; drafts do not count.</summary>
    public int OutboxFiles => Files(OutboxFolder).Count(path => path.EndsWith(".gz", StringComparison.Ordinal));

    /// <summary>Starts one whose outbox is a folder.</summary>
    public static async Task<InsightBench> StartAsync(Action<FfcOptions>? configure = null)
    {
        var bench = new InsightBench(await TrackServer.StartAsync());
        bench.Client = bench.Another(configure);
        return bench;
    }

    /// <summary>Makes another client like the one there is, on the same outbox.</summary>
    public FfcClient Another(Action<FfcOptions>? configure = null)
    {
        var options = new FfcOptions
        {
            EnvSecret = Secret,
            StreamingUri = new Uri("ws://127.0.0.1:1"),
            EventsUri = Server.Uri,
            Bootstrap = Flags,
            TimeProvider = Clock,
            LoggerFactory = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(Logs))),
        };
        options.Outbox.Path = _folder.FullName;
        configure?.Invoke(options);
        return new FfcClient(options);
    }

    /// <summary>Evaluates a flag for users that were not there before, one event each.</summary>
    public void Evaluate(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"user-{Interlocked.Increment(ref _users):D7}");
            Client.Variation("plain", FfcUser.Builder(key).Build(), "");
        }
    }

    /// <summary>How many users were evaluated for so far.</summary>
    public int Users => _users;

    /// <summary>Lets time pass, half a second at a time, until something holds.</summary>
    /// <param name="condition">What is to hold.</param>
    /// <param name="idleLooks">How often nothing is to have changed, a hundredth of a second apart, before time passes.</param>
    public Task UntilAsync(Func<bool> condition, int idleLooks = IdleLooks) => UntilAsync(Client, condition, TimeSpan.FromSeconds(0.5), idleLooks);

    /// <summary>Asks for a flush and lets the time pass that it takes.</summary>
    public async Task<FlushResult> FlushAsync()
    {
        var flush = Client.FlushAsync();
        await UntilAsync(() => flush.IsCompleted);
        return await flush;
    }

    /// <summary>Drains the outbox and lets the time pass that it takes.</summary>
    public async Task<OutboxDrainResult> DrainAsync()
    {
        var drain = Client.DrainOutboxAsync();
        await UntilAsync(() => drain.IsCompleted);
        return await drain;
    }

    /// <summary>Waits until a number of events has arrived; fails when more or others come.</summary>
    public async Task ArrivedAsync(int events) => await Eventually.Is(() => Server.TakenEvents, count => count == events);

    /// <summary>Asserts that each user's event arrived just once.</summary>
    public void AssertEachArrivedOnce()
    {
        var keys = Server.UserKeys;
        Assert.Equal(_users, keys.Distinct().Count());
        Assert.Equal(_users, keys.Count);
    }

    /// <summary>Closes a client, and lets the time pass that it takes.</summary>
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

    // The clock of the test is much faster than disks and networks are: it stands still while they are at work.
    private async Task UntilAsync(FfcClient client, Func<bool> condition, TimeSpan step, int idleLooks = IdleLooks)
    {
        var (seen, idle) = ((client.Insights, Server.Requests.Count, OutboxFiles), 0);
        await Eventually.Holds(condition, () =>
        {
            var now = (client.Insights, Server.Requests.Count, OutboxFiles);
            idle = now == seen ? idle + 1 : 0;
            seen = now;
            if (idle < idleLooks)
                return;

            idle = 0;
            Clock.Advance(step);
        });
    }

    /// <summary>Three flags: <c>plain</c>; <c>needy</c>, which wants <c>needed</c> to give variation 1, as it does.</summary>
    private const string Flags =
        """
        {"messageType":"data-sync","data":{"eventType":"full","segments":[],"featureFlags":[
          {"id":"FF__1__2__3__plain","timestamp":1,"isArchived":false,"ff":{"name":"Plain","keyName":"plain","status":"Enabled",
            "defaultRulePercentageRollouts":[{"rolloutPercentage":[0,1],"valueOption":{"localId":1,"variationValue":"yes"}}],
            "variationOptionWhenDisabled":{"localId":2,"variationValue":"no"}}},
          {"id":"FF__1__2__3__needed","timestamp":1,"isArchived":false,"ff":{"name":"Needed","keyName":"needed","status":"Enabled",
            "defaultRulePercentageRollouts":[{"rolloutPercentage":[0,1],"exptRollout":0,"valueOption":{"localId":1,"variationValue":"on"}}],
            "isDefaultRulePercentageRolloutsIncludedInExpt":false,
            "variationOptionWhenDisabled":{"localId":2,"variationValue":"off"}},"exptIncludeAllRules":false},
          {"id":"FF__1__2__3__needy","timestamp":1,"isArchived":false,"ff":{"name":"Needy","keyName":"needy","status":"Enabled",
            "defaultRulePercentageRollouts":[{"rolloutPercentage":[0,1],"valueOption":{"localId":7,"variationValue":"{\"a\":1}"}}],
            "variationOptionWhenDisabled":{"localId":8,"variationValue":"{}"}},
            "ffp":[{"prerequisiteFeatureFlagId":"FF__1__2__3__needed","valueOptionsVariationValue":{"localId":1,"variationValue":"on"}}]}
        ]}}
        """;
}
