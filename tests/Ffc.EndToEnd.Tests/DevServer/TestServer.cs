using Ffc.DevServer;
using Microsoft.Extensions.Time.Testing;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>A development server in the test process, with its own flags file and port.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    /// <summary>The time after which a test stops waiting and fails.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("ffc-devserver-").FullName;

    private TestServer() => FlagsPath = Path.Combine(_directory, "flags.json");

    public FfcDevServer Server { get; private set; } = null!;

    public HttpClient Http { get; } =
        new(new SocketsHttpHandler { Expect100ContinueTimeout = Timeout }) { Timeout = Timeout };

    public RecordedLog Log { get; } = new();

    public string FlagsPath { get; }

    public static async Task<TestServer> StartAsync(
        string? flags = null,
        string? secret = null,
        FakeTimeProvider? timeProvider = null,
        bool control = false,
        bool stampOnStart = false,
        bool watchEvents = true,
        TimeSpan? pollInterval = null,
        int insightsCapacity = 1000,
        MirrorOptions? mirror = null)
    {
        var test = new TestServer();
        await File.WriteAllTextAsync(test.FlagsPath, flags ?? FlagsText.Full(FlagsText.Flag("a", 100), FlagsText.Flag("b", 200)));
        try
        {
            test.Server = await FfcDevServer.StartAsync(
                new DevServerOptions
                {
                    FlagsPath = mirror is null ? test.FlagsPath : null,
                    Mirror = mirror,
                    Urls = "http://localhost:0",
                    EnvSecret = secret,
                    TimeProvider = timeProvider ?? TimeProvider.System,
                    Control = control,
                    StampOnStart = stampOnStart,
                    WatchEvents = watchEvents,
                    PollInterval = pollInterval ?? TimeSpan.FromSeconds(1),
                    InsightsCapacity = insightsCapacity,
                    LoggerFactory = test.Log,
                },
                TestContext.Current.CancellationToken);
        }
        catch
        {
            await test.DisposeAsync();
            throw;
        }

        test.Http.BaseAddress = test.Server.BaseUri;
        return test;
    }

    public Task<FrameClient> ConnectAsync(
        string? query = null, string? header = null, DateTimeOffset? tokenTime = null, string? userAgent = null) =>
        FrameClient.ConnectAsync(Server.StreamingUri, Server.EnvSecret, query, header, tokenTime, userAgent);

    public Task WriteFlagsAsync(string text) => File.WriteAllTextAsync(FlagsPath, text, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        Http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
