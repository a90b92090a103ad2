namespace Ffc.Sdk.Flags;

/// <summary>
/// All flags and segments at one time. Immutable: later changes do not affect an evaluation that uses the data set.
/// </summary>
internal sealed class DataSet
{
    public static readonly DataSet Empty = new([], [], [], version: 0, PrerequisiteCycles.None);

    private static long _lastId;

    private readonly Dictionary<string, Flag> _flagsByKey;
    private ILookup<string, string>? _dependents;
    private volatile Flag[]? _flagsInOrder;

    private DataSet(
        Dictionary<string, Flag> flagsById,
        Dictionary<string, Flag> flagsByKey,
        Dictionary<string, Segment> segments,
        long version,
        PrerequisiteCycles cycles)
    {
        FlagsById = flagsById;
        SegmentsById = segments;
        Version = version;
        Cycles = cycles;
        _flagsByKey = flagsByKey;
    }

    /// <summary>The number of the data set, unique in the process.</summary>
    public long Id { get; } = Interlocked.Increment(ref _lastId);

    /// <summary>The newest timestamp of all applied items, in Unix milliseconds; 0 if there is none.</summary>
    public long Version { get; }

    public PrerequisiteCycles Cycles { get; }

    // Dictionaries that are not changed after construction. Lookups are nearly as fast as in frozen dictionaries, and a patch
    // copies them in a fraction of the time.
    public Dictionary<string, Flag> FlagsById { get; }

    public Dictionary<string, Segment> SegmentsById { get; }

    /// <summary>All flags that can be evaluated by key.</summary>
    public Dictionary<string, Flag>.ValueCollection Flags => _flagsByKey.Values;

    /// <summary>
    /// The same flags in the ordinal order of their keys. Sorted on first use. Two threads may sort concurrently, with the same
    /// result.
    /// </summary>
    public Flag[] FlagsInOrder => _flagsInOrder ??= [.. Flags.OrderBy(flag => flag.Key, StringComparer.Ordinal)];

    /// <summary>
    /// For each flag id, the ids of the flags that have it as a prerequisite. Created on first use. Only the writer uses it.
    /// </summary>
    public ILookup<string, string> Dependents => _dependents ??= FlagsById.Values
        .Where(flag => flag.Prerequisites.Length > 0)
        .SelectMany(flag => flag.Prerequisites.Select(prerequisite => (On: prerequisite.FlagId, flag.Id)))
        .ToLookup(dependency => dependency.On, dependency => dependency.Id, StringComparer.Ordinal);

    public Flag? FlagByKey(string key) => _flagsByKey.TryGetValue(key, out var flag) ? flag : null;

    public Flag? FlagById(string id) => FlagsById.TryGetValue(id, out var flag) ? flag : null;

    public Segment? SegmentById(string id) => SegmentsById.TryGetValue(id, out var segment) ? segment : null;

    public static DataSet Create(Dictionary<string, Flag> flagsById, Dictionary<string, Segment> segments, long version) =>
        new(flagsById, ByKey(flagsById), segments, version, PrerequisiteCycles.Find(flagsById, flagsById.Values));

    /// <summary>Creates a data set that differs from this one in some flags or segments.</summary>
    /// <param name="flagsById">All flags of the new data set.</param>
    /// <param name="changed">The ids of the flags that were added, removed or replaced.</param>
    /// <param name="segments">All segments of the new data set.</param>
    /// <param name="version">The version of the new data set.</param>
    public DataSet With(
        Dictionary<string, Flag> flagsById,
        IReadOnlyCollection<string> changed,
        Dictionary<string, Segment> segments,
        long version)
    {
        // Every new cycle includes a changed flag.
        var mayBeInCycle = Cycles.Any ? flagsById.Values : changed.Select(id => flagsById.GetValueOrDefault(id)).OfType<Flag>();
        var cycles = PrerequisiteCycles.Find(flagsById, mayBeInCycle);
        return new DataSet(flagsById, ByKeyWith(flagsById, changed), segments, version, cycles)
        {
            _dependents = changed.All(HasSamePrerequisites) ? _dependents : null,
        };

        bool HasSamePrerequisites(string id) =>
            (FlagById(id)?.Prerequisites ?? []).SequenceEqual(flagsById.GetValueOrDefault(id)?.Prerequisites ?? []);
    }

    /// <summary>Whether the data set consists of the same flag and segment objects.</summary>
    public bool HasContent(Dictionary<string, Flag> flags, Dictionary<string, Segment> segments) =>
        Same(FlagsById, flags) && Same(SegmentsById, segments);

    private static Dictionary<string, Flag> ByKey(Dictionary<string, Flag> flagsById)
    {
        var flagsByKey = new Dictionary<string, Flag>(flagsById.Count, StringComparer.Ordinal);
        foreach (var flag in flagsById.Values)
        {
            // If two flags have the same key, the newer flag is used.
            if (!flagsByKey.TryGetValue(flag.Key, out var other) || IsNewer(flag, other))
                flagsByKey[flag.Key] = flag;
        }

        return flagsByKey;
    }

    private Dictionary<string, Flag> ByKeyWith(Dictionary<string, Flag> flagsById, IReadOnlyCollection<string> changed)
    {
        var flagsByKey = new Dictionary<string, Flag>(_flagsByKey, StringComparer.Ordinal);
        foreach (var id in changed)
        {
            if (FlagById(id) is { } old)
                flagsByKey.Remove(old.Key);
        }

        foreach (var id in changed)
        {
            if (flagsById.TryGetValue(id, out var flag))
                flagsByKey[flag.Key] = flag;
        }

        // If the counts differ, two flags have the same key. Then the newer one must be determined from all flags.
        return flagsByKey.Count == flagsById.Count ? flagsByKey : ByKey(flagsById);
    }

    private static bool IsNewer(Flag flag, Flag other) =>
        flag.Version != other.Version ? flag.Version > other.Version : string.CompareOrdinal(flag.Id, other.Id) > 0;

    private static bool Same<T>(Dictionary<string, T> left, Dictionary<string, T> right)
        where T : class =>
        left.Count == right.Count && left.All(item => right.GetValueOrDefault(item.Key) == item.Value);
}
