using System.Diagnostics;
using System.Net;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>The outcome of sending a batch.</summary>
internal enum SendOutcome
{
    /// <summary>The server accepted the batch.</summary>
    Delivered,

    /// <summary>The batch exceeds the server's limit.</summary>
    TooLarge,

    /// <summary>The server rejected the batch permanently.</summary>
    Rejected,

    /// <summary>The server is unreachable, fails or refuses the secret. It may accept the batch later.</summary>
    Unavailable,
}

/// <summary>The outcome of sending a batch; with the server's response if the batch is rejected or too large.</summary>
internal readonly record struct SendResult(SendOutcome Outcome, InsightRejection? Rejection = null);

/// <summary>The state of the insights server, and its current problem, if any.</summary>
internal sealed record ServerState(InsightState State, string? Problem);

/// <summary>Sends batches to the server and tracks its state.</summary>
internal sealed partial class InsightSender : IDisposable
{
    /// <summary>The maximum number of concurrent requests.</summary>
    public const int MaxRequests = 5;

    private const int MaxReasonLength = 1_000;
    private static readonly TimeSpan ReasonTimeout = TimeSpan.FromSeconds(2);

    private readonly FfcOptions _options;
    private readonly InsightQueue _queue;
    private readonly InsightCounters _counters;
    private readonly OutboxClient _outbox;
    private readonly ILogger<InsightSender> _logger;
    private readonly Lazy<InsightHttp> _http;
    private readonly DeliveryBackoff _backoff;
    private readonly Uri _uri;
    private readonly string _server;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;
    private volatile ServerState _state = new(InsightState.Ok, null);

    public InsightSender(
        FfcOptions options,
        IServerProtocol protocol,
        InsightQueue queue,
        InsightCounters counters,
        OutboxClient outbox,
        CancellationToken stopping)
    {
        (_options, _queue, _counters, _outbox) = (options, queue, counters, outbox);
        _logger = options.LoggerFactory.CreateLogger<InsightSender>();
        _http = new Lazy<InsightHttp>(
            () => new InsightHttp(options, counters, stopping), LazyThreadSafetyMode.PublicationOnly);
        _backoff = new DeliveryBackoff(options.TimeProvider, options.Random);
        _server = protocol.ServerName;
        _headers = protocol.InsightsHeaders;
        _uri = protocol.GetInsightsUri(options.EventsUri);
    }

    /// <summary>
    /// The slots for requests. A caller takes a slot before it sends, and then calls <see cref="ReleaseSlot"/>.
    /// </summary>
    public SemaphoreSlim Slots { get; } = new(MaxRequests);

    public ServerState State => _state;

    /// <summary>False during the pause after a failure.</summary>
    public bool CanSend => _backoff.IsOver;

    /// <summary>Ends the pause.</summary>
    public void EndPause() => _backoff.Succeeded();

    /// <summary>Releases a slot and wakes the dispatcher, which may wait for a slot.</summary>
    public void ReleaseSlot()
    {
        Slots.Release();
        _queue.Wake();
    }

    /// <summary>
    /// Sends a batch, with retries. Never throws; the outcome of a cancelled call is <see cref="SendOutcome.Unavailable"/>.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="fromOutbox">Whether the batch comes from the outbox, not from memory.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    public async Task<SendResult> SendAsync(InsightBatch batch, bool fromOutbox, CancellationToken cancellationToken)
    {
        if (batch.Server != _server)
            return RejectForeign(batch);
        if (!CanSend)
            return new SendResult(SendOutcome.Unavailable);

        using var activity = EvaluationInstruments.Activities.StartActivity("ffc.insights.send", ActivityKind.Client);
        activity?.SetTag("ffc.insights.events", batch.Count);
        var started = _options.TimeProvider.GetTimestamp();
        try
        {
            using var request = CreateRequest(batch);
            using var response = await _http.Value.Client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            activity?.SetTag("http.response.status_code", (int)response.StatusCode);
            if (!response.IsSuccessStatusCode)
            {
                activity?.SetStatus(ActivityStatusCode.Error);
                return await HandleErrorAsync(response, cancellationToken).ConfigureAwait(false);
            }

            Instruments.DeliveryDuration.Record(_options.TimeProvider.GetElapsedTime(started).TotalSeconds);
            _counters.Delivered(batch.Count, fromOutbox);
            ReportSuccess();
            return new SendResult(SendOutcome.Delivered);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new SendResult(SendOutcome.Unavailable);
        }
        catch (Exception exception) when (!_http.IsValueCreated)
        {
            ReportFailure(
                InsightState.Interrupted, $"ConfigureHttpHandler failed: {exception.SafeMessage()}", retryAfter: null);
            return new SendResult(SendOutcome.Unavailable);
        }
        catch (Exception exception)
            when (exception is HttpRequestException or TimeoutException or IOException or OperationCanceledException)
        {
            var problem = exception is HttpRequestException
                ? exception.GetBaseException().SafeMessage()
                : "the server does not respond in time";
            problem += HttpHandlers.DescribeProxy(_options, _uri);
            activity?.SetStatus(ActivityStatusCode.Error, problem);
            ReportFailure(InsightState.Interrupted, problem, retryAfter: null);
            return new SendResult(SendOutcome.Unavailable);
        }
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    private async Task<string> ReadReasonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var timeoutCts = new CancellationTokenSource(ReasonTimeout, _options.TimeProvider);
            using var linkedCts = CancellationTokenSource.CreateLinkedTokenSource(timeoutCts.Token, cancellationToken);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(linkedCts.Token).ConfigureAwait(false));
            var text = new char[MaxReasonLength];
            var length = await reader.ReadBlockAsync(text, linkedCts.Token).ConfigureAwait(false);
            return new string(text, 0, length);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // The status is sufficient.
            return "";
        }
    }

    /// <summary>Rejects a batch of the outbox in the format of another kind of server.</summary>
    private SendResult RejectForeign(InsightBatch batch) => new(SendOutcome.Rejected, new InsightRejection
    {
        Reason = $"the batch is for a server of the kind {batch.Server}, not {_server}",
        Time = _options.TimeProvider.GetUtcNow(),
    });

    private HttpRequestMessage CreateRequest(InsightBatch batch)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _uri) { Content = new InsightRequestContent(batch) };
        foreach (var (name, value) in _headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private async Task<SendResult> HandleErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        switch (response.StatusCode)
        {
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                return Unavailable(InsightState.Refused, $"the server refuses the environment's secret ({status})");
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests:
            case < HttpStatusCode.BadRequest or >= HttpStatusCode.InternalServerError:
                return Unavailable(InsightState.Interrupted, $"the server returned {status}");
            default:
                ReportSuccess();
                var rejection = new InsightRejection
                {
                    Status = status,
                    Reason = await ReadReasonAsync(response, cancellationToken).ConfigureAwait(false),
                    Time = _options.TimeProvider.GetUtcNow(),
                };
                var isTooLarge = response.StatusCode == HttpStatusCode.RequestEntityTooLarge;
                return new SendResult(isTooLarge ? SendOutcome.TooLarge : SendOutcome.Rejected, rejection);
        }

        SendResult Unavailable(InsightState state, string problem)
        {
            ReportFailure(state, problem, RetryHandler.RetryAfter(response, _options.TimeProvider));
            return new SendResult(SendOutcome.Unavailable);
        }
    }

    private void ReportSuccess()
    {
        _backoff.Succeeded();
        if (_state.State != InsightState.Ok
            && Interlocked.Exchange(ref _state, new ServerState(InsightState.Ok, null)).State != InsightState.Ok)
            LogRecovered();
    }

    private void ReportFailure(InsightState state, string problem, TimeSpan? retryAfter)
    {
        _backoff.Failed(retryAfter);
        if (Interlocked.Exchange(ref _state, new ServerState(state, problem)).State == state)
            return;

        if (state == InsightState.Refused)
            LogRefused(problem, _options.SettingPrefix, _outbox.Destination);
        else
            LogInterrupted(problem, _outbox.Destination);
    }

    [LoggerMessage(EventId = 50, Level = LogLevel.Warning,
        Message = "Insights cannot be delivered: {Problem}. They {Destination}; requests are retried")]
    private partial void LogInterrupted(string problem, string destination);

    [LoggerMessage(EventId = 51, Level = LogLevel.Error,
        Message = "Insights cannot be delivered: {Problem}. Check {Prefix}EnvSecret and {Prefix}EventsUri. "
            + "Until then, insights {Destination}")]
    private partial void LogRefused(string problem, string prefix, string destination);

    [LoggerMessage(EventId = 52, Level = LogLevel.Information, Message = "Insights are delivered again")]
    private partial void LogRecovered();
}
