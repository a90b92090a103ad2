using System.Globalization;
using Ffc.Sdk;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Ffc.Functions.Ofrep;

/// <summary>
/// The event streams that tell OFREP clients of changed flags (OFREP ADR-0008). Thread-safe.
/// </summary>
public sealed class EventStreams : IDisposable
{
    /// <summary>The maximum number of open streams of an instance.</summary>
    internal const int MaxOpen = 5_000;

    internal const string Path = "ofrep/v1/events";
    internal const string TicketName = "ticket";

    internal static readonly TimeSpan CoalescingDelay = TimeSpan.FromMilliseconds(100);
    internal static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(20);

    private const string BulkPath = "ofrep/v1/evaluate/flags";
    private static readonly TimeSpan MaxWaitForVersion = TimeSpan.FromSeconds(1);

    private readonly FfcClient _client;
    private readonly TimeProvider _timeProvider;
    private readonly EventStreamTickets? _tickets;
    private volatile TaskCompletionSource _changed = CreateSignal();
    private int _isAnnouncing;
    private int _open;

    /// <summary>Starts to observe the client.</summary>
    /// <param name="client">The client.</param>
    /// <param name="clientOptions">The options of the client.</param>
    /// <param name="options">Whether event streams are enabled.</param>
    /// <param name="lifetime">Ends the streams when the host stops.</param>
    /// <param name="timeProvider">The clock.</param>
    public EventStreams(
        FfcClient client,
        IOptions<FfcOptions> clientOptions,
        IOptions<OfrepOptions> options,
        IHostApplicationLifetime lifetime,
        TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(clientOptions);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(lifetime);
        _client = client;
        _timeProvider = timeProvider;
        Stopping = lifetime.ApplicationStopping;

        // The flags of an offline client do not change.
        if (!options.Value.EventStreams || clientOptions.Value.Offline)
            return;

        _tickets = new EventStreamTickets(clientOptions.Value.EnvSecret, timeProvider);
        client.FlagsChanged += OnFlagsChanged;
    }

    internal bool IsEnabled => _tickets is not null;

    /// <summary>Is cancelled when the host stops.</summary>
    internal CancellationToken Stopping { get; }

    /// <summary>The number of open streams.</summary>
    internal int OpenCount => Volatile.Read(ref _open);

    /// <summary>Completes at the next change.</summary>
    internal Task Changed => _changed.Task;

    internal long DataVersion => _client.FlagData.Version;

    /// <inheritdoc/>
    public void Dispose() => _client.FlagsChanged -= OnFlagsChanged;

    internal TicketState Check(string? ticket) => _tickets?.Check(ticket) ?? TicketState.Invalid;

    /// <summary>Counts a stream. False if the instance has its maximum of open streams.</summary>
    internal bool TryOpen()
    {
        if (Interlocked.Increment(ref _open) <= MaxOpen)
            return true;

        Close();
        return false;
    }

    internal void Close() => Interlocked.Decrement(ref _open);

    /// <summary>
    /// The path and query of the event stream for a bulk request, below the same prefix; null if event streams are disabled.
    /// </summary>
    internal string? RequestUriFor(HttpRequest request)
    {
        var path = request.PathBase.Add(request.Path).ToUriComponent();
        return _tickets is not null && path.EndsWith(BulkPath, StringComparison.OrdinalIgnoreCase)
            ? $"{path[..^BulkPath.Length]}{Path}?{TicketName}={_tickets.Issue()}"
            : null;
    }

    /// <summary>
    /// Waits, for at most a second, until this instance has the data version of which the caller heard from another instance.
    /// </summary>
    /// <param name="version">The parameter <c>flagConfigEtag</c> of the request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task WaitForVersionAsync(string? version, CancellationToken cancellationToken)
    {
        if (_tickets is null || !long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var expected))
            return;

        using var timeoutCts = new CancellationTokenSource(MaxWaitForVersion, _timeProvider);
        using var linkedCts = CancellationTokenSource.CreateLinkedTokenSource(timeoutCts.Token, cancellationToken);
        while (Changed is var changed && DataVersion < expected && !timeoutCts.IsCancellationRequested)
        {
            await changed.WaitAsync(linkedCts.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits for the next change, for at most <see cref="HeartbeatInterval"/>.</summary>
    /// <returns>Whether there was a change.</returns>
    internal async Task<bool> WaitForChangeAsync(Task changed, CancellationToken cancellationToken)
    {
        try
        {
            await changed.WaitAsync(HeartbeatInterval, _timeProvider, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static TaskCompletionSource CreateSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Changes that follow each other quickly cause one event, because every client repeats its bulk evaluation.
    private void OnFlagsChanged(object? sender, FlagsChangedEventArgs args)
    {
        if (Interlocked.Exchange(ref _isAnnouncing, 1) == 0)
            _ = AnnounceAsync();
    }

    private async Task AnnounceAsync()
    {
        await Task.Delay(CoalescingDelay, _timeProvider);
        Volatile.Write(ref _isAnnouncing, 0);
        Interlocked.Exchange(ref _changed, CreateSignal()).TrySetResult();
    }
}
