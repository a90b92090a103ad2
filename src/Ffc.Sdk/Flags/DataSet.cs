namespace Ffc.Sdk.Flags;

/// <summary>All flags and segments as of one moment. Immutable: an evaluation that holds one sees nothing of what comes after.</summary>
internal sealed class DataSet
{
    public static readonly DataSet Empty = new([], [], 0, PrerequisiteCycles.None);

    private readonly Dictionary<string, Flag> _flagsByKey;

    private DataSet(Dictionary<string, Flag> flagsById, Dictionary<string, Segment> segments, long version, PrerequisiteCycles cycles)
    {
        FlagsById = flagsById;
        SegmentsById = segments;
        Version = version;
        Cycles = cycles;
        _flagsByKey = new Dictionary<string, Flag>(flagsById.Count, StringComparer.Ordinal);
        foreach (var flag in flagsById.Values)
            _flagsByKey[flag.Key] = flag;
    }

    /// <summary>The newest time stamp of all that made this data, in unix milliseconds; 0 when there is none.</summary>
    public long Version { get; }

    public PrerequisiteCycles Cycles { get; }

    // Plain dictionaries, never written to once they are here: nearly as fast to look up as frozen ones, and a patch
    // copies them in a fraction of the time.
    public Dictionary<string, Flag> FlagsById { get; }

    public Dictionary<string, Segment> SegmentsById { get; }

    /// <summary>All flags that can be asked for.</summary>
    public Dictionary<string, Flag>.ValueCollection Flags => _flagsByKey.Values;

    public Flag? FlagByKey(string key) => _flagsByKey.TryGetValue(key, out var flag) ? flag : null;

    public Flag? FlagById(string id) => FlagsById.TryGetValue(id, out var flag) ? flag : null;

    public Segment? SegmentById(string id) => SegmentsById.TryGetValue(id, out var segment) ? segment : null;

    public static DataSet Create(Dictionary<string, Flag> flagsById, Dictionary<string, Segment> segments, long version) =>
        new(flagsById, segments, version, PrerequisiteCycles.Find(flagsById));
}
