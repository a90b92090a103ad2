namespace Ffc.Sdk;

/// <summary>
/// Evaluates feature flags from data held in memory. Thread-safe; make one an environment and keep it for the life of the process.
/// Evaluation never throws and never waits: where a flag cannot be evaluated, it answers the default and says why.
/// </summary>
public interface IFfcClient : IAsyncDisposable
{
    /// <summary>Whether the client has data to evaluate with: from the server, from a snapshot or from a bootstrap.</summary>
    bool Initialized { get; }

    /// <summary>How the stream of flag data is doing.</summary>
    IUpdateStatusProvider UpdateStatusProvider { get; }

    /// <summary>The data in force.</summary>
    FlagDataInfo Data { get; }

    /// <summary>Raised after the data changed, with the keys of the flags that may answer differently now, on the thread that changed it: be quick.</summary>
    event EventHandler<FlagsChangedEventArgs>? FlagsChanged;

    /// <summary>What a flag answers for a user.</summary>
    /// <typeparam name="T">
    /// <see cref="string"/>, <see cref="bool"/>, <see cref="int"/>, <see cref="long"/>, <see cref="double"/>, <see cref="decimal"/>,
    /// or any type that the flag's value deserializes to from JSON.
    /// </typeparam>
    /// <param name="key">The flag's key.</param>
    /// <param name="user">The user; null gets the default.</param>
    /// <param name="defaultValue">What to return where the flag cannot be evaluated, or does not read as the type.</param>
    T Variation<T>(string key, FfcUser? user, T defaultValue);

    /// <summary>What a flag answers for a user, and how that came about. Never null.</summary>
    /// <inheritdoc cref="Variation{T}"/>
    FlagState<T> VariationDetail<T>(string key, FfcUser? user, T defaultValue);

    /// <summary>Whether a flag answers y, yes, t, true, on or 1, in any case. False where it cannot be evaluated and no default in the options says otherwise.</summary>
    bool IsEnabled(string key, FfcUser? user);

    /// <summary>Whether the data holds a flag of that key. False when there is no data. Sends nothing.</summary>
    bool IsFlagKnown(string key);

    /// <summary>What all flags answer for a user. Sends nothing; reading one flag of the result does. Never null.</summary>
    AllFlagStates GetAllLatestFlagVariations(FfcUser? user);
}
