namespace Ffc.Sdk.Flags;

/// <summary>
/// Which flags are each other's prerequisites, straight or by way of others. Found once a data set rather than while
/// evaluating, so that a flag in a cycle answers the same whichever flag of the cycle is asked first.
/// </summary>
internal sealed class PrerequisiteCycles
{
    public static readonly PrerequisiteCycles None = new([]);

    private readonly Dictionary<Flag, int> _cycleOf;

    private PrerequisiteCycles(Dictionary<Flag, int> cycleOf) => _cycleOf = cycleOf;

    public bool Any => _cycleOf.Count > 0;

    /// <summary>The keys of all flags that are in a cycle.</summary>
    public IEnumerable<string> FlagKeys => _cycleOf.Keys.Select(flag => flag.Key).Order(StringComparer.Ordinal);

    /// <summary>Whether two flags are in one cycle.</summary>
    public bool Joins(Flag flag, Flag prerequisite) =>
        _cycleOf.TryGetValue(flag, out var cycle) && _cycleOf.TryGetValue(prerequisite, out var other) && cycle == other;

    /// <summary>
    /// Finds the cycles: the strongly connected components of more than one flag (Tarjan's algorithm, with a stack of its own, as
    /// a chain may be longer than a thread's stack is deep). A disabled flag never looks at its prerequisites, and no
    /// flag looks at itself, so neither closes a cycle.
    /// </summary>
    /// <param name="flagsById">All flags.</param>
    /// <param name="starts">Where to look: every cycle must be within reach of one of these.</param>
    public static PrerequisiteCycles Find(Dictionary<string, Flag> flagsById, IEnumerable<Flag> starts)
    {
        var nodes = new Dictionary<Flag, Node>();
        var cycleOf = new Dictionary<Flag, int>();
        var open = new Stack<Node>();
        var path = new Stack<Node>();
        var (visited, cycles) = (0, 0);

        void Enter(Node node)
        {
            node.Index = node.Low = ++visited;
            open.Push(node);
            node.IsOpen = true;
            path.Push(node);
        }

        foreach (var start in starts)
        {
            if (NodeOf(start) is not { Index: 0 } first)
                continue;

            Enter(first);
            while (path.TryPeek(out var node))
            {
                if (node.Next < node.Flag.Prerequisites.Length)
                {
                    var id = node.Flag.Prerequisites[node.Next++].FlagId;
                    if (!flagsById.TryGetValue(id, out var flag) || flag == node.Flag || NodeOf(flag) is not { } next)
                        continue;
                    if (next.Index == 0)
                        Enter(next);
                    else if (next.IsOpen)
                        node.Low = Math.Min(node.Low, next.Index);
                    continue;
                }

                path.Pop();
                if (path.TryPeek(out var parent))
                    parent.Low = Math.Min(parent.Low, node.Low);
                if (node.Low == node.Index)
                    Close(node);
            }
        }

        return cycleOf.Count == 0 ? None : new PrerequisiteCycles(cycleOf);

        Node? NodeOf(Flag flag)
        {
            if (!Follows(flag))
                return null;
            if (!nodes.TryGetValue(flag, out var node))
                nodes.Add(flag, node = new Node(flag));
            return node;
        }

        void Close(Node root)
        {
            if (open.Peek() == root)
            {
                open.Pop().IsOpen = false; // alone: no cycle
                return;
            }

            cycles++;
            Node member;
            do
            {
                member = open.Pop();
                member.IsOpen = false;
                cycleOf.Add(member.Flag, cycles);
            }
            while (member != root);
        }
    }

    private static bool Follows(Flag flag) => flag.IsEnabled && flag.Prerequisites.Length > 0;

    private sealed class Node(Flag flag)
    {
        public Flag Flag { get; } = flag;

        public int Index { get; set; }

        public int Low { get; set; }

        public int Next { get; set; }

        public bool IsOpen { get; set; }
    }
}
