using System.Diagnostics;
using System.Net;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;
using Polly;

namespace Ffc.Sdk.Insights;

/// <summary>What a server did with a batch.</summary>
internal enum SendOutcome
{
    /// <summary>Took it.</summary>
    Delivered,

    /// <summary>Wants less at a time.</summary>
    TooLarge,

    /// <summary>Will never take it.</summary>
    Refused,

    /// <summary>Does not take our secret.</summary>
    Unauthorized,

    /// <summary>Cannot be reached, or fails: it may take the batch later.</summary>
    Unavailable,
}

/// <summary>What a server did with a batch, and what it said.</summary>
internal readonly record struct SendResult(SendOutcome Outcome, int Status = 0, string Reason = "")
{
    public InsightRejection Rejection(TimeProvider clock) => new(Status, Reason, clock.GetUtcNow());
}

/// <summary>Sends batches to the server, and keeps account of how the server is doing.</summary>
internal sealed partial class InsightSender : IAsyncDisposable
{
    private const int MaxReason = 1_000;
    private static readonly TimeSpan ReasonTimeout = TimeSpan.FromSeconds(2);

    private readonly FfcOptions _options;
    private readonly InsightCounters _counters;
    private readonly ILogger<InsightSender> _logger;
    private readonly Lazy<InsightHttp> _http;
    private readonly ServerPause _pause;
    private readonly Uri _uri;
    private volatile ServerState _state = new(InsightState.OK, null);

    public InsightSender(FfcOptions options, InsightCounters counters, CancellationToken stopping)
    {
        _options = options;
        _counters = counters;
        _logger = options.LoggerFactory.CreateLogger<InsightSender>();
        _http = new Lazy<InsightHttp>(() => new InsightHttp(options.Insights.MaxRetries, options.TimeProvider, counters, stopping));
        _pause = new ServerPause(options.TimeProvider, Random.Shared);
        var uri = new UriBuilder(options.EventsUri);
        uri.Path = uri.Path.TrimEnd('/') + Wire.TrackPath;
        _uri = uri.Uri;
    }

    /// <summary>How the server is doing.</summary>
    public ServerState State => _state;

    /// <summary>Whether a batch would be sent at all just now.</summary>
    public bool MaySend => _pause.IsOver;

    /// <summary>Sends a batch, again and again where that may help. Never throws: what was cancelled is unavailable.</summary>
    public async Task<SendResult> SendAsync(InsightBatch batch, CancellationToken cancellationToken)
    {
        if (!MaySend)
            return new SendResult(SendOutcome.Unavailable);

        using var activity = Instruments.Activities.StartActivity("ffc.insights.send", ActivityKind.Client);
        activity?.SetTag("ffc.insights.events", batch.Count);
        var started = _options.TimeProvider.GetTimestamp();
        try
        {
            using var request = Request(batch);
            using var response = await _http.Value.Client()
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            activity?.SetTag("http.response.status_code", (int)response.StatusCode);
            if (!response.IsSuccessStatusCode)
                return await NotTakenAsync(response, activity).ConfigureAwait(false);

            Instruments.DeliveryDuration.Record(_options.TimeProvider.GetElapsedTime(started).TotalSeconds);
            _counters.Delivered(batch.Count);
            Succeeded();
            return new SendResult(SendOutcome.Delivered, (int)response.StatusCode);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new SendResult(SendOutcome.Unavailable);
        }
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException or IOException or OperationCanceledException)
        {
            var error = e is HttpRequestException ? e.GetBaseException().Message : "it does not answer in time";
            activity?.SetStatus(ActivityStatusCode.Error, error);
            Failed(InsightState.Interrupted, error, retryAfter: null);
            return new SendResult(SendOutcome.Unavailable);
        }
    }

    public ValueTask DisposeAsync() => _http.IsValueCreated ? _http.Value.DisposeAsync() : ValueTask.CompletedTask;

    private static async Task<string> ReasonAsync(HttpResponseMessage response)
    {
        try
        {
            using var timeout = new CancellationTokenSource(ReasonTimeout);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(timeout.Token).ConfigureAwait(false));
            var text = new char[MaxReason];
            var length = await reader.ReadBlockAsync(text, timeout.Token).ConfigureAwait(false);
            return new string(text, 0, length);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The status alone has to do.
            return "";
        }
    }

    private HttpRequestMessage Request(InsightBatch batch)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _uri) { Content = new BatchContent(batch) };
        request.Headers.TryAddWithoutValidation(Wire.SecretHeader, _options.EnvSecret);
        request.Headers.TryAddWithoutValidation("User-Agent", Wire.UserAgent);
        return request;
    }

    private async Task<SendResult> NotTakenAsync(HttpResponseMessage response, Activity? activity)
    {
        var status = (int)response.StatusCode;
        activity?.SetStatus(ActivityStatusCode.Error);
        switch (response.StatusCode)
        {
            case HttpStatusCode.RequestEntityTooLarge:
                Succeeded();
                return new SendResult(SendOutcome.TooLarge, status, await ReasonAsync(response).ConfigureAwait(false));
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                Failed(InsightState.Refused, $"the server refuses the environment's secret ({status})", InsightHttp.RetryAfter(response, _options.TimeProvider));
                return new SendResult(SendOutcome.Unauthorized, status);
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or < HttpStatusCode.BadRequest or >= HttpStatusCode.InternalServerError:
                Failed(InsightState.Interrupted, $"the server answers {status}", InsightHttp.RetryAfter(response, _options.TimeProvider));
                return new SendResult(SendOutcome.Unavailable, status);
            default:
                Succeeded();
                return new SendResult(SendOutcome.Refused, status, await ReasonAsync(response).ConfigureAwait(false));
        }
    }

    private void Succeeded()
    {
        _pause.Succeeded();
        if (_state.State != InsightState.OK && Interlocked.Exchange(ref _state, new ServerState(InsightState.OK, null)).State != InsightState.OK)
            LogRecovered();
    }

    private void Failed(InsightState state, string problem, TimeSpan? retryAfter)
    {
        _pause.Failed(retryAfter);
        if (Interlocked.Exchange(ref _state, new ServerState(state, problem)).State == state)
            return;

        if (state == InsightState.Refused)
            LogRefused(problem);
        else
            LogInterrupted(problem);
    }

    [LoggerMessage(EventId = 50, Level = LogLevel.Warning,
        Message = "Insights cannot be delivered: {Problem}. They go to the outbox; the server is tried again")]
    private partial void LogInterrupted(string problem);

    [LoggerMessage(EventId = 51, Level = LogLevel.Error,
        Message = "Insights cannot be delivered: {Problem}. Check Ffc:EnvSecret and Ffc:EventsUri; they go to the outbox until then")]
    private partial void LogRefused(string problem);

    [LoggerMessage(EventId = 52, Level = LogLevel.Information, Message = "Insights are delivered again")]
    private partial void LogRecovered();
}

/// <summary>How the server of insights is doing, and what is wrong with it; nothing when it is well.</summary>
internal sealed record ServerState(InsightState State, string? Problem);
