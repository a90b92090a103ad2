using System.Runtime.CompilerServices;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// The nested segments whose rules are being tested. It limits depth, cycles and time, so that no data can exhaust the stack or
/// delay the test.
/// </summary>
internal sealed class SegmentPath
{
    // Far more than any real segment has. They are tested in less than a millisecond.
    private const int MaxVisits = 1_000;

    private readonly Stack<Segment> _inside = new();
    private int _visits;

    /// <summary>Enters a segment that refers to other segments. False if the segment is treated as empty.</summary>
    public bool TryEnter(Segment segment)
    {
        // A segment that refers to itself, directly or through others, is treated as empty; otherwise the test would not end.
        if (_inside.Contains(segment) || ++_visits > MaxVisits || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return false;

        _inside.Push(segment);
        return true;
    }

    public void Leave() => _inside.Pop();
}
