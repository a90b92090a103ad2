using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>The result of evaluating a flag as a type: a value, or the error that causes the default.</summary>
internal readonly struct TypedResult<T>
{
    private TypedResult(T? value, Flag? flag, long dataVersion, EvalResult result, EvaluationError error)
    {
        Value = value;
        Flag = flag;
        DataVersion = dataVersion;
        Result = result;
        Error = error;
    }

    /// <summary>The value; undefined if there is an error.</summary>
    public T? Value { get; }

    /// <summary>The flag; null if there is an error.</summary>
    public Flag? Flag { get; }

    /// <summary>The newest timestamp in the data set, in Unix milliseconds; 0 if there is an error.</summary>
    public long DataVersion { get; }

    public EvalResult Result { get; }

    /// <summary><see cref="EvaluationError.None"/> if the flag was evaluated.</summary>
    public EvaluationError Error { get; }

    /// <summary>One of <see cref="EvaluationReasons"/>.</summary>
    public string Reason => Error == EvaluationError.None ? Result.Reason : EvaluationReasons.For(Error);

    public static TypedResult<T> Success(T value, Flag flag, long dataVersion, in EvalResult result) =>
        new(value, flag, dataVersion, result, EvaluationError.None);

    public static TypedResult<T> Failure(EvaluationError error) =>
        new(default, null, 0, default, error);
}
