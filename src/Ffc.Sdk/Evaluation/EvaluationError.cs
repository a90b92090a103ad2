namespace Ffc.Sdk;

/// <summary>The reason why a flag was not evaluated and the default was returned.</summary>
public enum EvaluationError
{
    /// <summary>No error: the flag was evaluated.</summary>
    None,

    /// <summary>The client has no data yet.</summary>
    ClientNotReady,

    /// <summary>The data contains no flag with this key.</summary>
    FlagNotFound,

    /// <summary>The user is null.</summary>
    UserNotSpecified,

    /// <summary>The flag's value is not of the requested type.</summary>
    WrongType,

    /// <summary>
    /// The requested type can be read only with reflection, which the app disables: pass a <c>JsonTypeInfo</c>.
    /// </summary>
    ReflectionDisabled,

    /// <summary>The flag's data is malformed, or the evaluation failed with an exception, which is logged.</summary>
    MalformedFlag,
}
