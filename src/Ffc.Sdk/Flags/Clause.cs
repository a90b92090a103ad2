using System.Collections.Frozen;

namespace Ffc.Sdk.Flags;

/// <summary>A condition on a user. Its operand is parsed once, when the flag arrives.</summary>
internal sealed class Clause
{
    private ResolvedSegments? _segments;

    public required Operation Operation { get; init; }

    /// <summary>True negates the result of the operation.</summary>
    public bool Negated { get; init; }

    /// <summary>
    /// The result for users whose property is missing or empty; null if the operation is applied to the empty text.
    /// </summary>
    public bool? HoldsForMissing { get; init; }

    public UserProperty Property { get; init; }

    /// <summary>The name of the property if it is custom or reserved.</summary>
    public string PropertyName { get; init; } = "";

    /// <summary>The operand of text operations; not empty, unless an empty text is a value on the server.</summary>
    public string Text { get; init; } = "";

    /// <summary>The operand of number operations, rounded as the user's value.</summary>
    public double Number { get; init; }

    /// <summary>Whether numbers are compared as they are; otherwise they are rounded to 5 decimals.</summary>
    public bool ComparesExactly { get; init; }

    /// <summary>The operand of <see cref="Operation.IsOneOf"/>.</summary>
    public FrozenSet<string> Set { get; init; } = FrozenSet<string>.Empty;

    /// <summary>The operand of <see cref="Operation.InSegment"/>: segment ids.</summary>
    public string[] SegmentIds { get; init; } = [];

    /// <summary>The operand of <see cref="Operation.MatchRegex"/>; null for every other operation.</summary>
    public Pattern? Pattern { get; init; }

    /// <summary>
    /// Returns the segments of <see cref="SegmentIds"/> that exist in a data set. They are looked up once per data set, because a
    /// lookup takes longer than many tests (docs/benchmarks.md). Threads may do so at the same time, with the same result.
    /// </summary>
    public Segment[] SegmentsIn(DataSet data)
    {
        var resolved = Volatile.Read(ref _segments);
        if (resolved?.DataSetId == data.Id)
            return resolved.Segments;

        Segment[] segments = [.. SegmentIds.Select(data.SegmentById).OfType<Segment>()];
        Volatile.Write(ref _segments, new ResolvedSegments(data.Id, segments));
        return segments;
    }

    // Not the data set itself, so that the clauses of a flag that nobody evaluates keep no old data.
    private sealed record ResolvedSegments(long DataSetId, Segment[] Segments);
}
