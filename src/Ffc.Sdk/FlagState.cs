namespace Ffc.Sdk;

/// <summary>How an evaluation went, and what came of it.</summary>
/// <typeparam name="T">The type the flag was asked as.</typeparam>
/// <param name="Success">Whether the flag was evaluated; false when the default was returned.</param>
/// <param name="Message">
/// <c>OK</c>, or why not: <see cref="EvaluationReasons.ClientNotReady"/>, <see cref="EvaluationReasons.FlagNotFound"/>,
/// <see cref="EvaluationReasons.UserNotSpecified"/>, <see cref="EvaluationReasons.WrongType"/> or
/// <see cref="EvaluationReasons.ErrorInEvaluation"/>.
/// </param>
/// <param name="Data">The answer; never null.</param>
public sealed record FlagState<T>(bool Success, string Message, EvalDetail<T> Data);
