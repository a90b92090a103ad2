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

/// <summary>The answer of one evaluation, and how it came about.</summary>
/// <typeparam name="T">The type the flag was asked as.</typeparam>
/// <param name="Id">The id of the variation within its flag; -1 when the default was returned.</param>
/// <param name="Reason">One of <see cref="EvaluationReasons"/>.</param>
/// <param name="Variation">The value: of the flag's variation, or the default.</param>
/// <param name="KeyName">The flag's key, as asked for; empty when that was null.</param>
/// <param name="Name">The flag's name; null when the default was returned.</param>
public sealed record EvalDetail<T>(int Id, string Reason, T Variation, string KeyName, string? Name);
