namespace Ffc.Sdk.Flags;

/// <summary>All flags and segments as of one moment. Immutable: an evaluation that holds one sees nothing of what comes after.</summary>
internal sealed class DataSet
{
    public static readonly DataSet Empty = new([], [], [], 0, 0, PrerequisiteCycles.None);

    private readonly Dictionary<string, Flag> _flagsByKey;
    private ILookup<string, string>? _dependents;
    private volatile Flag[]? _flagsInOrder;

    private DataSet(
        Dictionary<string, Flag> flagsById,
        Dictionary<string, Flag> flagsByKey,
        Dictionary<string, Segment> segments,
        long version,
        long asOf,
        PrerequisiteCycles cycles)
    {
        FlagsById = flagsById;
        SegmentsById = segments;
        Version = version;
        AsOf = asOf;
        Cycles = cycles;
        _flagsByKey = flagsByKey;
    }

    /// <summary>The newest time stamp of all that made this data, in unix milliseconds; 0 when there is none.</summary>
    public long Version { get; }

    /// <summary>
    /// Which of two data sets is newer, whichever instance holds them: the version, but for that it grows with every change. The
    /// version does not: where the newest flag was archived during a gap, or any flag at all, nothing that is left tells so.
    /// </summary>
    public long AsOf { get; }

    public PrerequisiteCycles Cycles { get; }

    // Plain dictionaries, never written to once they are here: nearly as fast to look up as frozen ones, and a patch
    // copies them in a fraction of the time.
    public Dictionary<string, Flag> FlagsById { get; }

    public Dictionary<string, Segment> SegmentsById { get; }

    /// <summary>All flags that can be asked for.</summary>
    public Dictionary<string, Flag>.ValueCollection Flags => _flagsByKey.Values;

    /// <summary>The same, in the ordinal order of their keys. Sorted when first asked for; two threads may both do so.</summary>
    public Flag[] FlagsInOrder => _flagsInOrder ??= [.. Flags.OrderBy(flag => flag.Key, StringComparer.Ordinal)];

    /// <summary>By a flag's id, the ids of those that have it as a prerequisite. For writers, who take turns: made when it is first asked for.</summary>
    public ILookup<string, string> Dependents => _dependents ??= FlagsById.Values
        .Where(flag => flag.Prerequisites.Length > 0)
        .SelectMany(flag => flag.Prerequisites.Select(prerequisite => (On: prerequisite.FlagId, flag.Id)))
        .ToLookup(dependency => dependency.On, dependency => dependency.Id, StringComparer.Ordinal);

    public Flag? FlagByKey(string key) => _flagsByKey.TryGetValue(key, out var flag) ? flag : null;

    public Flag? FlagById(string id) => FlagsById.TryGetValue(id, out var flag) ? flag : null;

    public Segment? SegmentById(string id) => SegmentsById.TryGetValue(id, out var segment) ? segment : null;

    public static DataSet Create(Dictionary<string, Flag> flagsById, Dictionary<string, Segment> segments, long version, long asOf) =>
        new(flagsById, ByKey(flagsById), segments, version, asOf, PrerequisiteCycles.Find(flagsById, flagsById.Values));

    /// <summary>This data with some flags, or segments, changed.</summary>
    /// <param name="flagsById">All flags.</param>
    /// <param name="changed">The ids of those that are new, gone or another.</param>
    /// <param name="segments">All segments.</param>
    /// <param name="version">The version from now on.</param>
    /// <param name="asOf">The same of <see cref="AsOf"/>.</param>
    public DataSet With(
        Dictionary<string, Flag> flagsById, IReadOnlyCollection<string> changed, Dictionary<string, Segment> segments, long version, long asOf)
    {
        // A cycle that is new goes through a flag that changed.
        var mayBeInCycle = Cycles.Any ? flagsById.Values : changed.Select(id => flagsById.GetValueOrDefault(id)).OfType<Flag>();
        var cycles = PrerequisiteCycles.Find(flagsById, mayBeInCycle);
        return new DataSet(flagsById, ByKeyWith(flagsById, changed), segments, version, asOf, cycles)
        {
            _dependents = changed.All(HasPrerequisitesAsBefore) ? _dependents : null,
        };

        bool HasPrerequisitesAsBefore(string id) =>
            (FlagById(id)?.Prerequisites ?? []).SequenceEqual(flagsById.GetValueOrDefault(id)?.Prerequisites ?? []);
    }

    /// <summary>The same data, known to be newer than was thought.</summary>
    public DataSet At(long asOf) => new(FlagsById, _flagsByKey, SegmentsById, Version, asOf, Cycles);

    /// <summary>Whether both hold the very same flags and segments.</summary>
    public bool HasContentOf(DataSet other) => Same(FlagsById, other.FlagsById) && Same(SegmentsById, other.SegmentsById);

    private static Dictionary<string, Flag> ByKey(Dictionary<string, Flag> flagsById)
    {
        var flagsByKey = new Dictionary<string, Flag>(flagsById.Count, StringComparer.Ordinal);
        foreach (var flag in flagsById.Values)
            flagsByKey[flag.Key] = flag;
        return flagsByKey;
    }

    private Dictionary<string, Flag> ByKeyWith(Dictionary<string, Flag> flagsById, IReadOnlyCollection<string> changed)
    {
        var flagsByKey = new Dictionary<string, Flag>(_flagsByKey, StringComparer.Ordinal);
        foreach (var id in changed)
        {
            if (FlagById(id) is { } was)
                flagsByKey.Remove(was.Key);
        }

        foreach (var id in changed)
        {
            if (flagsById.TryGetValue(id, out var now))
                flagsByKey[now.Key] = now;
        }

        // Which of two flags with one key answers to it can only be told by looking at all.
        return flagsByKey.Count == flagsById.Count ? flagsByKey : ByKey(flagsById);
    }

    private static bool Same<T>(Dictionary<string, T> some, Dictionary<string, T> others)
        where T : class =>
        some.Count == others.Count && some.All(item => others.GetValueOrDefault(item.Key) == item.Value);
}
