using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Ffc.Functions.Ofrep;
using Ffc.Functions.Triggers;
using Ffc.Host.Tests;
using Ffc.Sdk;
using Ffc.Sdk.Insights;
using Ffc.Sdk.Tests.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Functions.Tests.Ofrep;

/// <summary>Tests event streams on Ffc.Host, with a client that receives changes from a server.</summary>
public sealed class OfrepEventTests : IAsyncLifetime
{
    private const long FirstVersion = 1_767_225_600_001;
    private const string BulkPath = "api/ofrep/v1/evaluate/flags";
    private static readonly object Ada = new { context = new { targetingKey = "ada" } };

    private readonly TestClock _clock = new();
    private ScriptedServer _server = null!;
    private ServerConnection _connection = null!;
    private FfcClient _client = null!;
    private RunningHost _host = null!;
    private long _version = FirstVersion;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _client = new FfcClient(
            new FfcOptions
            {
                EnvSecret = Clients.Secret,
                StreamingUri = _server.Uri,
                EventsUri = new UriBuilder(_server.Uri) { Scheme = "http" }.Uri,
            },
            new NullInsightProcessor());
        _connection = await _server.AcceptAsync();
        await _connection.AnswerAsync(MessageJson.Full(Flag(_version)));
        await Eventually.Holds(() => _client.Initialized);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_sends_an_event_at_its_start_and_one_after_each_change()
    {
        await StartAsync();
        await using var stream = await OpenAsync(await RequestUriAsync());
        await stream.AssertNextIsAsync(FirstVersion);

        await PushAsync();
        await AnnounceAsync();
        await stream.AssertNextIsAsync(FirstVersion + 1);

        await PushAsync();
        await AnnounceAsync();
        await stream.AssertNextIsAsync(FirstVersion + 2);
    }

    [Fact]
    public async Task Changes_within_100_ms_cause_one_event()
    {
        await StartAsync();
        await using var stream = await OpenAsync(await RequestUriAsync());
        await stream.AssertNextIsAsync(FirstVersion);

        for (var i = 0; i < 3; i++)
            await PushAsync();
        await AnnounceAsync();
        await stream.AssertNextIsAsync(FirstVersion + 3);

        await PushAsync();
        await AnnounceAsync();
        await stream.AssertNextIsAsync(FirstVersion + 4);
    }

    [Theory]
    [InlineData(FirstVersion, false)]
    [InlineData(FirstVersion - 1, true)]
    public async Task A_client_that_resumes_receives_an_event_only_if_it_missed_a_change(long lastEventId, bool isSent)
    {
        await StartAsync();
        await using var stream = await OpenAsync(
            await RequestUriAsync(), ("Last-Event-ID", lastEventId.ToString(CultureInfo.InvariantCulture)));

        if (isSent)
            await stream.AssertNextIsAsync(FirstVersion);
        await PushAsync();
        await AnnounceAsync();
        await stream.AssertNextIsAsync(FirstVersion + 1);
    }

    [Fact]
    public async Task A_comment_is_sent_every_20_seconds()
    {
        await StartAsync();
        await using var stream = await OpenAsync(await RequestUriAsync());
        await stream.ReadThroughAsync($"id: {FirstVersion}\n\n");

        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(await _clock.WaitForTimerAsync(delay => delay == TimeSpan.FromSeconds(20)));
            await stream.ReadThroughAsync(":\n\n");
        }
    }

    [Fact]
    public async Task A_ticket_is_valid_for_at_least_5_minutes_and_does_not_end_open_streams()
    {
        await StartAsync();
        var uri = await RequestUriAsync();
        await using var stream = await OpenAsync(uri);
        await stream.AssertNextIsAsync(FirstVersion);
        Assert.Equal(uri, await RequestUriAsync());

        _clock.Advance(TimeSpan.FromMinutes(5));
        await using (var later = await OpenAsync(uri, ("Last-Event-ID", $"{FirstVersion}")))
            await later.ReadThroughAsync(":\n\n");

        Assert.NotEqual(uri, await RequestUriAsync());
        await PushAsync();
        await AnnounceAsync();
        await stream.AssertNextIsAsync(FirstVersion + 1);
    }

    [Fact]
    public async Task An_expired_ticket_gives_one_event_that_leads_the_client_to_a_new_URL()
    {
        await StartAsync();
        var uri = await RequestUriAsync();
        _clock.Advance(TimeSpan.FromMinutes(10));

        await using var stream = await OpenAsync(uri, ("Last-Event-ID", $"{FirstVersion}"));

        await stream.AssertNextIsAsync(FirstVersion);
        Assert.Equal(TimeSpan.FromSeconds(30), stream.ReconnectionInterval);
        await stream.AssertEndsAsync();
        Assert.NotEqual(uri, await RequestUriAsync());
    }

    [Fact]
    public async Task A_ticket_is_invalid_after_a_day()
    {
        await StartAsync();
        var uri = await RequestUriAsync();
        _clock.Advance(TimeSpan.FromHours(24));
        using (var expired = await _host.GetAsync(uri))
            Assert.Equal(200, (int)expired.StatusCode);

        _clock.Advance(TimeSpan.FromMinutes(5));

        using var response = await _host.GetAsync(uri);
        await RunningHost.ProblemDetailAsync(response, 401);
    }

    [Fact]
    public async Task A_ticket_of_an_instance_whose_clock_is_ahead_is_valid()
    {
        await StartAsync();
        var other = new TestClock();
        other.Advance(TimeSpan.FromMinutes(5));
        var ticket = new EventStreamTickets(Clients.Secret, other).Issue();

        await using var stream = await OpenAsync(
            $"api/ofrep/v1/events?ticket={ticket}", ("Last-Event-ID", $"{FirstVersion}"));

        await stream.ReadThroughAsync(":\n\n");
    }

    [Fact]
    public void A_ticket_is_invalid_if_any_part_of_it_is_changed()
    {
        var tickets = new EventStreamTickets(Clients.Secret, _clock);
        var ticket = tickets.Issue();
        Assert.Equal(TicketState.Valid, tickets.Check(ticket));

        string[] forged =
            [.. ticket.Select((_, i) => ticket.Remove(i, 1)), $"0{ticket}", $"+{ticket}", $"{ticket}.", $"1{ticket}"];
        Assert.All(forged, item => Assert.Equal(TicketState.Invalid, tickets.Check(item)));
        Assert.Equal(TicketState.Invalid, new EventStreamTickets($"{Clients.Secret}2", _clock).Check(ticket));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?ticket=")]
    [InlineData("?ticket=kq3vJ0cYc3pP1bV2X7mH4A")]
    [InlineData("?ticket=5890752.kq3vJ0cYc3pP1bV2X7mH4A")]
    [InlineData("?ticket=%00%F0")]
    public async Task A_stream_needs_a_valid_ticket(string query)
    {
        await StartAsync();

        using var response = await _host.GetAsync($"api/ofrep/v1/events{query}");

        await RunningHost.ProblemDetailAsync(response, 401);
    }

    [Fact]
    public async Task A_stream_needs_no_function_key()
    {
        await StartAsync("--Ffc:FunctionKey", "k");

        await using var stream = await OpenAsync(await RequestUriAsync(("x-functions-key", "k")));

        await stream.AssertNextIsAsync(FirstVersion);
    }

    [Fact]
    public async Task A_stream_ends_without_an_error_when_the_host_stops()
    {
        await StartAsync();
        await using var stream = await OpenAsync(await RequestUriAsync());
        await stream.AssertNextIsAsync(FirstVersion);

        var stopping = _host.StopAsync();

        await stream.AssertEndsAsync();
        await stopping.WaitAsync(RunningHost.Deadline, Cancellation);
    }

    [Fact]
    public async Task An_instance_with_too_many_streams_responds_503_until_one_closes()
    {
        await StartAsync();
        var uri = await RequestUriAsync();
        var streams = _host.Host.Services.GetRequiredService<EventStreams>();
        for (var i = 0; i < EventStreams.MaxOpen; i++)
            Assert.True(streams.TryOpen());

        using (var refused = await _host.GetAsync(uri))
        {
            await RunningHost.ProblemDetailAsync(refused, 503);
            Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter?.Delta);
        }

        streams.Close();
        await using (await OpenAsync(uri))
        {
        }

        // A stream that the client closed no longer counts.
        await Eventually.Holds(() => streams.OpenCount == EventStreams.MaxOpen - 1);
    }

    [Fact]
    public async Task Bulk_responses_have_the_same_tag_until_the_URL_of_the_stream_changes()
    {
        await StartAsync();
        var (first, second) = (await TagAsync(), await TagAsync());
        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(first, second);
        Assert.NotEqual(first, await TagAsync());
    }

    [Fact]
    public async Task Without_event_streams_bulk_responses_offer_none_and_the_route_responds_404()
    {
        await StartAsync("--Ffc:Ofrep:EventStreams", "false");

        Assert.False((await EvaluateAsync("")).TryGetProperty("eventStreams", out _));
        using var response = await _host.GetAsync("api/ofrep/v1/events?ticket=x");
        Assert.Contains(
            "Ffc:Ofrep:EventStreams", await RunningHost.ProblemDetailAsync(response, 404), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bulk_evaluation_waits_for_the_version_of_the_event()
    {
        await StartAsync();
        var evaluating = EvaluateAsync($"?flagConfigEtag={FirstVersion + 1}&flagConfigLastModified={FirstVersion / 1000}");
        await _clock.WaitForTimerAsync(delay => delay == TimeSpan.FromSeconds(1));

        await PushAsync();
        await AnnounceAsync();

        Assert.Equal(FirstVersion + 1, VersionOf(await evaluating));
    }

    [Fact]
    public async Task A_bulk_evaluation_waits_for_a_version_for_at_most_a_second()
    {
        await StartAsync();
        var evaluating = EvaluateAsync($"?flagConfigEtag={long.MaxValue}");
        await _clock.WaitForTimerAsync(delay => delay == TimeSpan.FromSeconds(1));

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(FirstVersion, VersionOf(await evaluating));
    }

    [Theory]
    [InlineData("no-number")]
    [InlineData("1")]
    public async Task Another_etag_does_not_delay_a_bulk_evaluation(string etag)
    {
        await StartAsync();

        Assert.Equal(FirstVersion, VersionOf(await EvaluateAsync($"?flagConfigEtag={etag}")));
    }

    private static FlagJson Flag(long version) => new FlagJson("a", version).Serves($"{version}");

    private static long VersionOf(JsonElement bulk) => bulk.GetProperty("metadata").GetProperty("ffc.dataVersion").GetInt64();

    private async Task StartAsync(params string[] settings) => _host = await RunningHost.StartAsync(
        typeof(OfrepEvents).Assembly.GetTypes(),
        builder =>
        {
            builder.Services.AddSingleton(_client).AddSingleton<IFfcClient>(_client);
            builder.Services.AddSingleton<TimeProvider>(_clock).AddSingleton<EventStreams>();
            builder.Services.AddOptions<OfrepOptions>().Bind(builder.Configuration.GetSection(OfrepOptions.Section));
            builder.Services.Configure<FfcOptions>(options => options.EnvSecret = Clients.Secret);
        },
        settings: ["--Ffc:EnvSecret", Clients.Secret, .. settings]);

    private async Task<JsonElement> EvaluateAsync(string query, params (string Name, string Value)[] headers)
    {
        using var response = await PostAsync(query, headers);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<string> TagAsync()
    {
        using var response = await PostAsync("");
        return response.Headers.ETag!.Tag;
    }

    private async Task<HttpResponseMessage> PostAsync(string query, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, BulkPath + query) { Content = JsonContent.Create(Ada) };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _host.Client.SendAsync(request, Cancellation);
    }

    private async Task<string> RequestUriAsync(params (string Name, string Value)[] headers)
    {
        var bulk = await EvaluateAsync("", headers);
        var stream = Assert.Single(bulk.GetProperty("eventStreams").EnumerateArray());
        Assert.Equal("sse", stream.GetProperty("type").GetString());
        return stream.GetProperty("endpoint").GetProperty("requestUri").GetString()!;
    }

    private async Task<OpenStream> OpenAsync(string uri, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await _host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
        return new OpenStream(response, await response.Content.ReadAsStreamAsync(Cancellation));
    }

    private async Task PushAsync()
    {
        await _connection.SendAsync(MessageJson.Patch(Flag(++_version)));
        await Eventually.Holds(() => _client.FlagData.Version == _version);
    }

    private async Task AnnounceAsync()
    {
        await _clock.WaitForTimerAsync(delay => delay == EventStreams.CoalescingDelay);
        _clock.Advance(EventStreams.CoalescingDelay);
    }

    private sealed class OpenStream(HttpResponseMessage response, Stream stream) : IAsyncDisposable
    {
        private IAsyncEnumerator<SseItem<string>>? _events;

        /// <summary>How long the last event told the client to wait before it reconnects.</summary>
        public TimeSpan? ReconnectionInterval => _events?.Current.ReconnectionInterval;

        public async Task AssertNextIsAsync(long version)
        {
            _events ??= SseParser.Create(stream).EnumerateAsync(Cancellation).GetAsyncEnumerator(Cancellation);
            Assert.True(await _events.MoveNextAsync().AsTask().WaitAsync(RunningHost.Deadline, Cancellation));
            var item = _events.Current;
            Assert.Equal($"{version}", item.EventId);
            Assert.Equal("message", item.EventType);
            Assert.Equal(
                $$"""{"type":"refetchEvaluation","etag":"{{version}}","lastModified":{{version / 1000}}}""", item.Data);
        }

        public async Task AssertEndsAsync() =>
            Assert.False(await _events!.MoveNextAsync().AsTask().WaitAsync(RunningHost.Deadline, Cancellation));

        /// <summary>Reads until the bytes end with this text.</summary>
        public async Task ReadThroughAsync(string end)
        {
            var text = "";
            var one = new byte[1];
            while (!text.EndsWith(end, StringComparison.Ordinal))
            {
                await stream.ReadExactlyAsync(one, Cancellation).AsTask().WaitAsync(RunningHost.Deadline, Cancellation);
                text += (char)one[0];
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_events is not null)
                await _events.DisposeAsync();
            await stream.DisposeAsync();
            response.Dispose();
        }
    }
}
