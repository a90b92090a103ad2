using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;

namespace Ffc.Sdk.Tests.Client;

public sealed class OptionsTests
{
    private const string StreamingForm =
        "must be an absolute ws, wss, http or https URI without a query, such as wss://flags.example.com.";

    private const string EventsForm =
        "must be an absolute http or https URI without a query, such as https://flags.example.com.";

    private const string ProxyForm = "must be an absolute http or https URI, such as http://proxy.example.com:8080.";

    public static TheoryData<string, Action<FfcOptions>> Faults => new()
    {
        { "Ffc:EnvSecret: is missing", o => o.EnvSecret = "" },
        { "Ffc:EnvSecret: is missing", o => o.EnvSecret = "  " },
        { "Ffc:EnvSecret: is missing", o => o.EnvSecret = null! },
        { "Ffc:EnvSecret: it is not base64", o => o.EnvSecret = "?" },
        { "Ffc:EnvSecret: it is not base64", o => (o.EnvSecret, o.Offline) = ("?", true) },
        { "Ffc:EnvSecret: it does not name an account", o => o.EnvSecret = "YWJj" },
        { $"Ffc:StreamingUri: is missing, {StreamingForm}", o => o.StreamingUri = null! },
        { $"Ffc:StreamingUri: is 'a.example', {StreamingForm}", o => o.StreamingUri = new("a.example", UriKind.Relative) },
        { $"Ffc:StreamingUri: is 'ftp://a.example', {StreamingForm}", o => o.StreamingUri = new("ftp://u:pw@a.example") },
        { $"Ffc:StreamingUri: is 'wss://a.example/?…', {StreamingForm}", o => o.StreamingUri = new("wss://a.example/?token=x") },
        { $"Ffc:StreamingUri: is 'wss://a.example/#…', {StreamingForm}", o => o.StreamingUri = new("wss://a.example/#x") },
        { $"Ffc:EventsUri: is 'wss://a.example', {EventsForm}", o => o.EventsUri = new("wss://a.example") },
        { $"Ffc:EventsUri: is missing, {EventsForm}", o => o.EventsUri = null! },
        { $"Ffc:Proxy: is 'socks5://localhost:1080', {ProxyForm}", o => o.Proxy = new("socks5://u:pw@localhost:1080") },
        { $"Ffc:Proxy: is 'localhost:80', {ProxyForm}", o => o.Proxy = new("ada:pw@localhost:80", UriKind.RelativeOrAbsolute) },
        { "Ffc:BootstrapPath: must not be set together", o => (o.Bootstrap, o.BootstrapPath) = ("{}", "flags.json") },
        { "Ffc:StartWait: is -00:00:01", o => o.StartWait = TimeSpan.FromSeconds(-1) },
        { "Ffc:StartWait: is 00:10:01", o => o.StartWait = TimeSpan.FromSeconds(601) },
        { "Ffc:Streaming:PingInterval: is 00:00:00", o => o.Streaming.PingInterval = TimeSpan.Zero },
        { "Ffc:Streaming:PingInterval: is 00:00:00.0000001", o => o.Streaming.PingInterval = TimeSpan.FromTicks(1) },
        { "Ffc:Insights:FlushInterval: is 00:00:00.0009999", o => o.Insights.FlushInterval = TimeSpan.FromTicks(9_999) },
        { "Ffc:Snapshot:RefreshInterval: is 00:00:00.0000001", o => o.Snapshot.RefreshInterval = TimeSpan.FromTicks(1) },
        { "Ffc:Snapshot:Path: is blank", o => o.Snapshot.Path = " " },
        { "Ffc:LoggerFactory: must not be null", o => o.LoggerFactory = null! },
        { "Ffc:TimeProvider: must not be null", o => o.TimeProvider = null! },
        { "Ffc:Streaming:PingInterval: is 01:00:01", o => o.Streaming.PingInterval = TimeSpan.FromSeconds(3_601) },
        { "Ffc:Streaming:ConnectTimeout: is 01:00:01", o => o.Streaming.ConnectTimeout = TimeSpan.FromSeconds(3_601) },
        { "Ffc:Insights:FlushInterval: is 01:00:01", o => o.Insights.FlushInterval = TimeSpan.FromSeconds(3_601) },
        { "Ffc:Snapshot:RefreshInterval: is 01:00:01", o => o.Snapshot.RefreshInterval = TimeSpan.FromSeconds(3_601) },
        { "Ffc:Streaming:ConnectTimeout: is -00:00:01", o => o.Streaming.ConnectTimeout = TimeSpan.FromSeconds(-1) },
        { "Ffc:Streaming:FirstRetryDelay: is 00:00:00", o => o.Streaming.FirstRetryDelay = TimeSpan.Zero },
        { "Ffc:Streaming:ResyncInterval: is -00:00:01", o => o.Streaming.ResyncInterval = TimeSpan.FromSeconds(-1) },
        { "Ffc:Streaming:ResyncInterval: is 00:00:00.9990000", o => o.Streaming.ResyncInterval = TimeSpan.FromSeconds(0.999) },
        { "Ffc:Streaming:ResyncInterval: is 1.00:00:01", o => o.Streaming.ResyncInterval = TimeSpan.FromSeconds(86_401) },
        { "Ffc:Streaming:MaxRetryDelay: is 2.00:00:00", o => o.Streaming.MaxRetryDelay = TimeSpan.FromDays(2) },
        {
            "Ffc:Streaming:MaxRetryDelay: is 00:00:01",
            o => (o.Streaming.FirstRetryDelay, o.Streaming.MaxRetryDelay) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1))
        },
        { "Ffc:Insights:CapacityBytes: is 1048575", o => o.Insights.CapacityBytes = (1024 * 1024) - 1 },
        { "Ffc:Insights:CapacityBytes: is 17179869185", o => o.Insights.CapacityBytes = (16L * 1024 * 1024 * 1024) + 1 },
        { "Ffc:Insights:PrivateProperties: contains a blank name", o => o.Insights.PrivateProperties.Add(" ") },
        { "Ffc:Insights:PrivateProperties: contains a blank name", o => o.Insights.PrivateProperties.Add(null!) },
        { "Ffc:Insights:PrivateProperties: contains the key", o => o.Insights.PrivateProperties.Add("KeyId") },
        { "Ffc:Defaults:a: has no value", o => o.Defaults["a"] = null! },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void An_invalid_setting_is_named(string expected, Action<FfcOptions> change)
    {
        var options = Valid();
        change(options);

        var fromConstructor = Assert.Throws<ArgumentException>(() => new FfcClient(options));
        var fromConfigure = Assert.Throws<ArgumentException>(() => FfcClient.Configure(options));

        Assert.StartsWith(expected, fromConstructor.Message, StringComparison.Ordinal);
        Assert.StartsWith(expected, fromConfigure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_invalid_settings_are_reported_together()
    {
        var options = Valid();
        (options.EnvSecret, options.StartWait, options.EventsUri) = ("", TimeSpan.MaxValue, new("x", UriKind.Relative));
        var exception = await Assert.ThrowsAsync<ArgumentException>(
            () => FfcClient.StartAsync(options, TestContext.Current.CancellationToken));

        Assert.All(
            ["Ffc:EnvSecret", "Ffc:StartWait", "Ffc:EventsUri"],
            setting => Assert.Contains(setting, exception.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ws://localhost:1")]
    [InlineData("wss://localhost")]
    [InlineData("http://localhost:1/base/path/")]
    [InlineData("https://user:password@localhost")]
    public void Valid_server_addresses_are_accepted(string uri)
    {
        var options = Valid();
        options.StreamingUri = new(uri);

        Assert.Empty(FfcOptionsValidator.Faults(options));
    }

    [Fact]
    public void Missing_options_are_rejected()
    {
        Assert.Throws<ArgumentNullException>(() => new FfcClient((FfcOptions)null!));
        Assert.Throws<ArgumentNullException>(() => FfcClient.Configure(null!));
    }

    [Fact]
    public void A_constructor_that_throws_leaves_nothing_running()
    {
        var options = Valid();
        var clock = new CountingClock();
        (options.TimeProvider, options.BootstrapPath) = (clock, "no/such/file.json");

        Assert.Throws<ArgumentException>(() => new FfcClient(options));

        Assert.Equal(0, clock.Timers);
    }

    [Fact]
    public async Task Later_changes_of_the_options_do_not_affect_the_client()
    {
        await using var server = await TrackServer.StartAsync();
        var options = Valid();
        (options.EventsUri, options.StreamingUri) = (server.Uri, new("ws://127.0.0.1:1"));
        await using var client = new FfcClient(options);

        options.EnvSecret = Convert.ToBase64String("x%20260101000000__7__8__9__default_1"u8);
        options.Defaults["a"] = "b";
        client.TrackMetric(Clients.User(), "clicks");
        await client.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Clients.Secret, Assert.Single(server.Requests).Headers["envSecret"]);
    }

    [Fact]
    public void Copy_has_all_settings_and_shares_no_mutable_object()
    {
        var options = new FfcOptions { EnvSecret = Clients.Secret, Offline = true, Defaults = { ["a"] = "b" } };
        (options.Streaming.PingInterval, options.Snapshot.Path) = (TimeSpan.FromSeconds(7), "snapshots");
        (options.Insights.BatchSize, options.Outbox.Path) = (7, "outbox");
        options.Insights.PrivateProperties.Add("email");
        var copy = options.Copy();

        Assert.Equivalent(options, copy, strict: true);
        Assert.NotSame(options.Insights.PrivateProperties, copy.Insights.PrivateProperties);
        var nested = typeof(FfcOptions).GetProperties().Where(property => property.SetMethod is not { IsPublic: true });
        Assert.All(nested, property => Assert.NotSame(property.GetValue(options), property.GetValue(copy)));
    }

    [Fact]
    public void Defaults_are_those_of_the_protocol_and_require_only_a_secret()
    {
        var options = new FfcOptions { EnvSecret = Clients.Secret };

        Assert.Empty(FfcOptionsValidator.Faults(options));
        Assert.Equal("wss://api.featureflag.co/", options.StreamingUri.AbsoluteUri);
        Assert.Equal("https://api.featureflag.co/", options.EventsUri.AbsoluteUri);
        Assert.Equal(
            (15, 10, 5, 1, 60),
            (options.StartWait.TotalSeconds, options.Streaming.PingInterval.TotalSeconds,
                options.Streaming.ConnectTimeout.TotalSeconds, options.Streaming.FirstRetryDelay.TotalSeconds,
                options.Streaming.MaxRetryDelay.TotalSeconds));
    }

    private static FfcOptions Valid() => new() { EnvSecret = Clients.Secret };

    private sealed class CountingClock : TimeProvider
    {
        private int _timers;

        public int Timers => _timers;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _timers);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
