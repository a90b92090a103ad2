using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.FeatureFilters;

namespace Ffc.Sdk.FeatureManagement;

/// <summary>Evaluates the flags of a client for code that uses Microsoft.FeatureManagement. Thread-safe.</summary>
internal sealed partial class FfcFeatureManager(
    IFfcClient client,
    ITargetingContextAccessor? accessor,
    FfcFeatureManagementOptions options,
    FeatureManagementOptions featureManagement,
    ILogger<FfcFeatureManager> logger) : IFeatureManager, IVariantFeatureManager
{
    // Static, because a scoped manager lives only for one request. A warning for each request would fill the log.
    private static readonly ConcurrentDictionary<Type, bool> LoggedContextTypes = new();

    public IAsyncEnumerable<string> GetFeatureNamesAsync() => GetFeatureNamesAsync(CancellationToken.None);

    public async IAsyncEnumerable<string> GetFeatureNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var key in client.GetAllFlags(options.AnonymousUser).Keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    public Task<bool> IsEnabledAsync(string feature) => IsEnabledAsync(feature, CancellationToken.None).AsTask();

    public Task<bool> IsEnabledAsync<TContext>(string feature, TContext context) =>
        IsEnabledAsync(feature, context, CancellationToken.None).AsTask();

    public async ValueTask<bool> IsEnabledAsync(string feature, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfMissing(feature);
        return client.IsEnabled(feature, await CurrentUserAsync().ConfigureAwait(false));
    }

    public ValueTask<bool> IsEnabledAsync<TContext>(
        string feature, TContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfMissing(feature);
        return ValueTask.FromResult(client.IsEnabled(feature, UserOf(context)));
    }

    public async ValueTask<Variant> GetVariantAsync(string feature, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(feature);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfMissing(feature);
        return VariantOf(feature, await CurrentUserAsync().ConfigureAwait(false));
    }

    public ValueTask<Variant> GetVariantAsync(
        string feature, ITargetingContext context, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(feature);
        ArgumentNullException.ThrowIfNull(context);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfMissing(feature);
        return ValueTask.FromResult(VariantOf(feature, UserOf(context)));
    }

    // Microsoft.FeatureManagement is not annotated for null: without a variant, its own manager also returns null.
    private Variant VariantOf(string feature, FfcUser? user)
    {
        var state = client.VariationDetail(feature, user, "");
        return state.Success ? VariantConfiguration.CreateVariant(state.Value, state.VariationId) : null!;
    }

    private void ThrowIfMissing(string feature)
    {
        if (!featureManagement.IgnoreMissingFeatures && client.Initialized && !client.IsFlagKnown(feature))
        {
            throw new FeatureManagementException(
                FeatureManagementError.MissingFeature, $"The flag data contains no flag with the key '{feature}'.");
        }
    }

    private async ValueTask<FfcUser?> CurrentUserAsync()
    {
        var context = accessor is null ? null : await accessor.GetContextAsync().ConfigureAwait(false);
        return context is null ? options.AnonymousUser : UserOf(context);
    }

    private FfcUser? UserOf(object context)
    {
        if (options.CreateUser?.Invoke(context) is { } created)
            return created;

        switch (context)
        {
            case FfcUser user:
                return user;
            case ITargetingContext { UserId: var userId } when string.IsNullOrWhiteSpace(userId):
                return options.AnonymousUser;
            case ITargetingContext targeting:
                var groups = targeting.Groups is { } names ? string.Join(',', names) : "";
                return FfcUser.Builder(targeting.UserId).Custom("groups", groups.Length > 0 ? groups : null).Build();
            default:
                // Without a user, the flag is off. The result for another user could be wrong without anybody noticing.
                if (LoggedContextTypes.TryAdd(context.GetType(), true))
                    LogUnknownContext(context.GetType());
                return null;
        }
    }

    [LoggerMessage(EventId = 200, Level = LogLevel.Warning,
        Message = "Features are off for contexts of the type {ContextType}, because it is not a targeting context. Set "
            + "FfcFeatureManagementOptions.CreateUser to create a user from it. This is logged once per type")]
    private partial void LogUnknownContext(Type contextType);
}
