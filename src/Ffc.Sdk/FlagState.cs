namespace Ffc.Sdk;

/// <summary>The result of evaluating one flag for one user.</summary>
/// <typeparam name="T">The type that the flag was evaluated as.</typeparam>
public sealed record FlagState<T>
{
    /// <summary>
    /// Whether the flag was evaluated. False if the default was returned; <see cref="Error"/> states the reason.
    /// </summary>
    public bool Success => Error == EvaluationError.None;

    /// <summary>The flag's value for the user, or the default.</summary>
    public required T Value { get; init; }

    /// <summary>The reason for the value: one of <see cref="EvaluationReasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>Why the default was returned; <see cref="EvaluationError.None"/> if the flag was evaluated.</summary>
    public EvaluationError Error { get; init; }

    /// <summary>The id of the variation within its flag; null if the default was returned.</summary>
    public string? VariationId { get; init; }

    /// <summary>
    /// Whether the value comes from a rollout that includes only a part of the users; false if the default was returned.
    /// </summary>
    public bool IsSplit { get; init; }

    /// <summary>The newest timestamp in the flag data, in Unix milliseconds; 0 if there is no data.</summary>
    public long DataVersion { get; init; }

    /// <summary>The flag's key as the caller passed it; empty if the caller passed null.</summary>
    public required string FlagKey { get; init; }

    /// <summary>The flag's display name; null if the default was returned.</summary>
    public string? FlagName { get; init; }
}
