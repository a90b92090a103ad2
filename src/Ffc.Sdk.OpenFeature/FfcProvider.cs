using System.Text.Json;
using Ffc.Sdk.Health;
using Ffc.Sdk.OpenFeature.Mapping;
using OpenFeature;
using OpenFeature.Constant;
using OpenFeature.Model;

namespace Ffc.Sdk.OpenFeature;

/// <summary>
/// An OpenFeature provider that evaluates the flags of a client in the process. Reasons, errors, variants and metadata are those
/// of the OFREP routes of the function app. Thread-safe. Register one provider with one <c>Api</c>.
/// </summary>
/// <example>
/// <code>
/// await Api.Instance.SetProviderAsync(new FfcProvider(client));
/// bool isOn = await Api.Instance.GetClient().GetBooleanValueAsync("new-checkout", false);
/// </code>
/// </example>
#pragma warning disable CA1001 // OpenFeature calls ShutdownAsync, which disposes of the fields.
public sealed class FfcProvider : FeatureProvider
#pragma warning restore CA1001
{
    private static readonly TimeSpan DefaultStartWait = new FfcOptions().StartWait;
    private static readonly Metadata ProviderMetadata = new("Ffc");

    private readonly IFfcClient _client;
    private readonly bool _ownsClient;
    private readonly TimeSpan _startWait;
    private readonly ProviderEvents _events;

    /// <summary>Creates a provider for a client. The provider does not dispose of the client.</summary>
    /// <param name="client">The client.</param>
    /// <param name="startWait">
    /// The longest time that the initialization of the provider waits for flag data; null for 15 seconds.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="client"/> is null.</exception>
    public FfcProvider(IFfcClient client, TimeSpan? startWait = null)
        : this(client, ownsClient: false, startWait ?? DefaultStartWait)
    {
    }

    /// <summary>
    /// Creates a provider with its own client. The client connects immediately, and is disposed of when the provider is shut
    /// down.
    /// </summary>
    /// <param name="options">
    /// The options of the client. The initialization of the provider waits at most <see cref="FfcOptions.StartWait"/> for flag
    /// data.
    /// </param>
    /// <exception cref="ArgumentException">A setting is not valid; the message names it.</exception>
    public FfcProvider(FfcOptions options)
        : this(new FfcClient(options), ownsClient: true, options.StartWait)
    {
    }

    private FfcProvider(IFfcClient client, bool ownsClient, TimeSpan startWait)
    {
        ArgumentNullException.ThrowIfNull(client);
        (_client, _ownsClient, _startWait) = (client, ownsClient, startWait);
        _events = new ProviderEvents(client, ProviderMetadata.Name!, EventChannel.Writer);
    }

    /// <inheritdoc/>
    public override Metadata GetMetadata() => ProviderMetadata;

    /// <summary>Waits until there is flag data, from the server or from a snapshot, at most for the start wait.</summary>
    /// <param name="context">Not used.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="TimeoutException">
    /// There is no flag data. The status of the provider is then <c>Error</c>; it changes to <c>Ready</c> as soon as there is
    /// flag data.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public override async Task InitializeAsync(EvaluationContext context, CancellationToken cancellationToken = default)
    {
        _events.Start();
        var hasData = await _client.WaitForDataAsync(_startWait, cancellationToken).ConfigureAwait(false);
        _events.ReportInitialized(hasData);
        if (!hasData)
            throw new TimeoutException(ClientHealth.NotReadyReason(_client));
    }

    /// <summary>Ends the events. Disposes of the client only if the provider created it.</summary>
    /// <param name="cancellationToken">Not used: the client closes within four seconds.</param>
    public override async Task ShutdownAsync(CancellationToken cancellationToken = default)
    {
        await _events.DisposeAsync().ConfigureAwait(false);
        if (_ownsClient)
            await _client.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task<ResolutionDetails<bool>> ResolveBooleanValueAsync(
        string flagKey, bool defaultValue, EvaluationContext? context = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(Resolve(flagKey, defaultValue, context));

    /// <inheritdoc/>
    public override Task<ResolutionDetails<string>> ResolveStringValueAsync(
        string flagKey, string defaultValue, EvaluationContext? context = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(Resolve(flagKey, defaultValue, context));

    /// <inheritdoc/>
    public override Task<ResolutionDetails<int>> ResolveIntegerValueAsync(
        string flagKey, int defaultValue, EvaluationContext? context = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(Resolve(flagKey, defaultValue, context));

    /// <inheritdoc/>
    public override Task<ResolutionDetails<double>> ResolveDoubleValueAsync(
        string flagKey, double defaultValue, EvaluationContext? context = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(Resolve(flagKey, defaultValue, context));

    /// <inheritdoc/>
    public override Task<ResolutionDetails<Value>> ResolveStructureValueAsync(
        string flagKey, Value defaultValue, EvaluationContext? context = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(Resolve<JsonElement, Value>(flagKey, defaultValue, default, JsonValue.Convert, context));

    /// <summary>
    /// Records a metric of the user of the context. The value is 1 if the details have none. Without a valid user, nothing is
    /// recorded, and the client logs a warning. Never throws.
    /// </summary>
    /// <param name="trackingEventName">The name of the metric.</param>
    /// <param name="evaluationContext">The context with the user.</param>
    /// <param name="trackingEventDetails">The details; only the value is recorded.</param>
    public override void Track(
        string trackingEventName,
        EvaluationContext? evaluationContext = default,
        TrackingEventDetails? trackingEventDetails = default)
    {
        // Without a user, the client logs a warning.
        ContextUser.TryRead(evaluationContext, out var user, out _);
        _client.TrackMetric(user, trackingEventName, trackingEventDetails?.Value ?? 1);
    }

    private ResolutionDetails<T> Resolve<T>(string flagKey, T defaultValue, EvaluationContext? context) =>
        Resolve(flagKey, defaultValue, defaultValue, static value => value, context);

    private ResolutionDetails<TResult> Resolve<TRead, TResult>(
        string flagKey, TResult defaultValue, TRead noValue, Func<TRead, TResult> convert, EvaluationContext? context)
    {
        if (!ContextUser.TryRead(context, out var user, out var error))
            return Failure(flagKey, defaultValue, error.Type, error.Message);

        // Before the evaluation, as the OFREP functions do: data that arrives in between is then still reported as stale.
        var isStale = OpenFeatureMetadata.IsStale(_client);
        var state = _client.VariationDetail(flagKey, user, noValue);
        if (!state.Success)
        {
            var (type, message) = ErrorOf(state.Error);
            return Failure(flagKey, defaultValue, type, message);
        }

        return new ResolutionDetails<TResult>(
            flagKey,
            convert(state.Value),
            reason: OpenFeatureReasons.For(state.Reason, state.IsSplit),
            variant: state.VariationId,
            flagMetadata: MetadataOf(state, isStale));
    }

    private (ErrorType Type, string Message) ErrorOf(EvaluationError error) => error switch
    {
        EvaluationError.ClientNotReady => (ErrorType.ProviderNotReady, ClientHealth.NotReadyReason(_client)),
        EvaluationError.FlagNotFound => (ErrorType.FlagNotFound, OpenFeatureErrors.FlagNotFound),
        EvaluationError.UserNotSpecified => (ErrorType.TargetingKeyMissing, OpenFeatureErrors.TargetingKeyMissing),
        EvaluationError.WrongType => (ErrorType.TypeMismatch, "The value of the flag is not of the requested type."),
        _ => (ErrorType.ParseError, OpenFeatureErrors.MalformedFlag),
    };

    private static ResolutionDetails<T> Failure<T>(string flagKey, T defaultValue, ErrorType type, string message) =>
        new(flagKey, defaultValue, type, Reason.Error, errorMessage: message);

    private static ImmutableMetadata MetadataOf<T>(FlagState<T> state, bool isStale)
    {
        var metadata = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [OpenFeatureMetadata.Reason] = state.Reason,
            [OpenFeatureMetadata.Name] = state.FlagName ?? "",

            // The metadata has no type for 64-bit integers. A double is exact for a timestamp.
            [OpenFeatureMetadata.DataVersion] = (double)state.DataVersion,
        };
        if (isStale)
            metadata[OpenFeatureMetadata.Stale] = true;
        return new ImmutableMetadata(metadata);
    }
}
