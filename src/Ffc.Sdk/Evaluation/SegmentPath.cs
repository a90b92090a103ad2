using System.Runtime.CompilerServices;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Evaluation;

/// <summary>
/// The segments whose rules are being tested within each other. Nesting is data: however deep or tangled it is, it must end,
/// and neither the stack nor a caller's patience may run out over it.
/// </summary>
internal sealed class SegmentPath
{
    // Far beyond what anybody nests on purpose, and done in well under a millisecond.
    private const int MaxVisits = 1_000;

    private readonly Stack<Segment> _inside = new();
    private int _visits;

    /// <summary>Goes into a segment that asks for other segments. False when it must be taken to hold nobody here.</summary>
    public bool TryEnter(Segment segment)
    {
        // A segment that asks for itself, by whatever way, finds nobody there: without this it would ask for ever.
        if (_inside.Contains(segment) || ++_visits > MaxVisits || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return false;

        _inside.Push(segment);
        return true;
    }

    public void Leave() => _inside.Pop();
}
