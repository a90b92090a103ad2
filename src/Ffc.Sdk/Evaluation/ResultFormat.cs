namespace Ffc.Sdk.Evaluation;

/// <summary>How a host writes the result of a flag.</summary>
internal abstract class ResultFormat
{
    /// <summary>
    /// Writes a result, which may be malformed, as JSON. The text must depend only on the flag and the result, because it is
    /// cached with the flag, which later data sets contain too.
    /// </summary>
    public abstract byte[] Write(in FlagEvaluation evaluation);
}
