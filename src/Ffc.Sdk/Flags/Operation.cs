namespace Ffc.Sdk.Flags;

/// <summary>
/// The test that a clause applies to a property of the user. Negated operations are the same test with <see
/// cref="Clause.Negated"/>. A new operation also needs a wire name, which all servers share, and an implementation in
/// <c>Evaluation/Conditions.cs</c>.
/// </summary>
internal enum Operation
{
    /// <summary>
    /// Never true: an unknown operation, or an operand that makes the test false for all users. With <see
    /// cref="Clause.Negated"/>, always true.
    /// </summary>
    Never,
    Equal,
    Contains,
    StartsWith,
    EndsWith,
    IsOneOf,
    IsTrue,
    IsFalse,
    BiggerThan,
    BiggerEqualThan,
    LessThan,
    LessEqualThan,
    MatchRegex,
    InSegment,
}
