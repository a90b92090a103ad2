using System.Runtime.CompilerServices;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// The segments whose rules are being tested inside each other. Nesting is data: the test must end, whatever its depth and
/// cycles, without exhausting the stack and without taking long.
/// </summary>
internal sealed class SegmentPath
{
    // Far more than any real segment has, and tested in well under a millisecond.
    private const int MaxVisits = 1_000;

    private readonly Stack<Segment> _inside = new();
    private int _visits;

    /// <summary>Enters a segment that refers to other segments. False if the segment counts as empty here.</summary>
    public bool TryEnter(Segment segment)
    {
        // A segment that refers to itself, directly or through others, is empty there; otherwise the test would not end.
        if (_inside.Contains(segment) || ++_visits > MaxVisits || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return false;

        _inside.Push(segment);
        return true;
    }

    public void Leave() => _inside.Pop();
}
