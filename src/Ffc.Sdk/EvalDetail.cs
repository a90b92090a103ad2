namespace Ffc.Sdk;

/// <summary>The answer of one evaluation, and how it came about.</summary>
/// <typeparam name="T">The type the flag was asked as.</typeparam>
/// <param name="Id">The id of the variation within its flag; -1 when the default was returned.</param>
/// <param name="Reason">One of <see cref="EvaluationReasons"/>.</param>
/// <param name="Variation">The value: of the flag's variation, or the default.</param>
/// <param name="KeyName">The flag's key, as asked for; empty when that was null.</param>
/// <param name="Name">The flag's name; null when the default was returned.</param>
public sealed record EvalDetail<T>(int Id, string Reason, T Variation, string KeyName, string? Name);
