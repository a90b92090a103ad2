using System.Runtime.CompilerServices;
using Ffc.Sdk.Evaluation;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk;

public sealed partial class FfcClient
{
    /// <inheritdoc/>
    public IAsyncEnumerable<FlagState<T>> WatchAsync<T>(
        string key, FfcUser? user, T defaultValue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return WatchCoreAsync(key, user, defaultValue, cancellationToken);
    }

    /// <inheritdoc/>
    public IDisposable OnValueChanged<T>(string key, FfcUser? user, T defaultValue, Action<FlagState<T>> handler)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(handler);
        var watcher = _watchers.Add(key);
        var current = _evaluator.EvaluateWithoutEvents<T>(key, user);

        // The handler must not see the context of the caller, such as its current activity.
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(() => CallHandlerAsync(watcher, user, defaultValue, current, handler));
        return watcher;
    }

    private static bool IsSame<T>(in TypedResult<T> left, in TypedResult<T> right) =>
        left.Result.Variation?.Id == right.Result.Variation?.Id && left.Result.Variation?.Text == right.Result.Variation?.Text;

    private async IAsyncEnumerable<FlagState<T>> WatchCoreAsync<T>(
        string key, FfcUser? user, T defaultValue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Before the evaluation, so that no change is missed.
        using var watcher = _watchers.Add(key);
        var current = _evaluator.EvaluateWithoutEvents<T>(key, user);
        yield return StateOf(current, key, defaultValue);
        await foreach (var state in ChangesAsync(watcher, user, defaultValue, current, cancellationToken).ConfigureAwait(false))
            yield return state;
    }

    private async IAsyncEnumerable<FlagState<T>> ChangesAsync<T>(
        FlagWatcher watcher,
        FfcUser? user,
        T defaultValue,
        TypedResult<T> current,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await watcher.WaitForChangeAsync(cancellationToken).ConfigureAwait(false))
        {
            var next = _evaluator.EvaluateWithoutEvents<T>(watcher.Key, user);
            if (IsSame(current, next))
                continue;

            current = next;
            yield return StateOf(current, watcher.Key, defaultValue);
        }
    }

    private async Task CallHandlerAsync<T>(
        FlagWatcher watcher, FfcUser? user, T defaultValue, TypedResult<T> current, Action<FlagState<T>> handler)
    {
        await foreach (var state in ChangesAsync(watcher, user, defaultValue, current, CancellationToken.None)
            .ConfigureAwait(false))
        {
            try
            {
                handler(state);
            }
            catch (Exception exception)
            {
                LogValueHandlerFailed(watcher.Key, exception);
            }
        }
    }

    [LoggerMessage(EventId = 8, Level = LogLevel.Error,
        Message = "A handler of OnValueChanged for flag {FlagKey} threw an exception")]
    private partial void LogValueHandlerFailed(string flagKey, Exception exception);
}
