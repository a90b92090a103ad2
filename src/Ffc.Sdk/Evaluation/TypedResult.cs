using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>The result of evaluating a flag as a type: a value, or the error that causes the default.</summary>
internal readonly struct TypedResult<T>
{
    private TypedResult(T? value, Flag? flag, EvalResult result, EvaluationError error)
    {
        Value = value;
        Flag = flag;
        Result = result;
        Error = error;
    }

    /// <summary>The value; undefined if there is an error.</summary>
    public T? Value { get; }

    /// <summary>The flag; null if there is an error.</summary>
    public Flag? Flag { get; }

    public EvalResult Result { get; }

    /// <summary><see cref="EvaluationError.None"/> if the flag was evaluated.</summary>
    public EvaluationError Error { get; }

    /// <summary>One of <see cref="EvaluationReasons"/>.</summary>
    public string Reason => Error == EvaluationError.None ? Result.Reason : EvaluationReasons.For(Error);

    public static TypedResult<T> Success(T value, Flag flag, in EvalResult result) =>
        new(value, flag, result, EvaluationError.None);

    public static TypedResult<T> Failure(EvaluationError error) =>
        new(default, null, default, error);
}
