namespace Ffc.Sdk.Flags;

/// <summary>
/// The flags that are prerequisites of each other, directly or through other flags. Computed once per data set instead of during
/// an evaluation, so that the result of a flag in a cycle does not depend on which flag is evaluated first.
/// </summary>
internal sealed class PrerequisiteCycles
{
    public static readonly PrerequisiteCycles None = new([]);

    private readonly Dictionary<Flag, int> _cycleOf;

    private PrerequisiteCycles(Dictionary<Flag, int> cycleOf) => _cycleOf = cycleOf;

    public bool Any => _cycleOf.Count > 0;

    /// <summary>The keys of all flags that are in a cycle, in ordinal order.</summary>
    public IEnumerable<string> FlagKeys => _cycleOf.Keys.Select(flag => flag.Key).Order(StringComparer.Ordinal);

    /// <summary>Whether two flags are in the same cycle.</summary>
    public bool AreInSameCycle(Flag flag, Flag prerequisite) =>
        _cycleOf.TryGetValue(flag, out var cycle) && _cycleOf.TryGetValue(prerequisite, out var other) && cycle == other;

    /// <summary>
    /// Finds the cycles: the strongly connected components of more than one flag (Tarjan's algorithm, with its own stack,
    /// because a chain can exceed the stack of a thread). A disabled flag does not evaluate its prerequisites, and no flag
    /// evaluates itself as a prerequisite, so neither creates a cycle.
    /// </summary>
    /// <param name="flagsById">All flags.</param>
    /// <param name="starts">The flags to start from. Every cycle must be reachable from one of them.</param>
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
            if (!EvaluatesPrerequisites(flag))
                return null;
            if (!nodes.TryGetValue(flag, out var node))
                nodes.Add(flag, node = new Node(flag));
            return node;
        }

        void Close(Node root)
        {
            if (open.Peek() == root)
            {
                open.Pop().IsOpen = false; // a single flag is not a cycle
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

    private static bool EvaluatesPrerequisites(Flag flag) => flag.IsEnabled && flag.Prerequisites.Length > 0;

    private sealed class Node(Flag flag)
    {
        public Flag Flag { get; } = flag;

        public int Index { get; set; }

        public int Low { get; set; }

        public int Next { get; set; }

        public bool IsOpen { get; set; }
    }
}
