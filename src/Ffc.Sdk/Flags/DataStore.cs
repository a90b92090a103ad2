using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// Stores the current data set, and creates the next data set from messages of the server and from snapshots. Readers use <see
/// cref="Current"/> and never wait. Writers use a lock.
/// </summary>
internal sealed partial class DataStore
{
    private readonly Lock _lock = new();
    private readonly ItemMerge<Flag> _flags;
    private readonly ItemMerge<Segment> _segments;
    private readonly ILogger<DataStore> _logger;
    private readonly bool _keepJson;

    // Guarded by _lock.
    private (long Version, string FlagKeys) _loggedCycles;

    // Written under _lock.
    private volatile DataSet _current = DataSet.Empty;
    private volatile int _fullCount;
    private volatile bool _hasFullData;

    /// <summary>Creates a store without data.</summary>
    /// <param name="logger">Receives warnings about the data.</param>
    /// <param name="keepJson">Whether the JSON of flags and segments is kept, compressed, for snapshots.</param>
    public DataStore(ILogger<DataStore> logger, bool keepJson = false)
    {
        _logger = logger;
        _keepJson = keepJson;
        _flags = new ItemMerge<Flag>("flag", ReportInvalidItem, logger);
        _segments = new ItemMerge<Segment>("segment", ReportInvalidItem, logger);
    }

    public DataSet Current => _current;

    /// <summary>Whether a full or a snapshot was applied. Patches that arrive before the first full do not set it.</summary>
    public bool HasFullData => _hasFullData;

    /// <summary>The number of applied fulls, without snapshots.</summary>
    public int FullCount => _fullCount;

    /// <summary>
    /// Records that a full is requested now. An item that is missing from the response was removed, unless a later patch
    /// contained it. (Timestamps are not enough: the newest flag would not be removed if it was archived while the connection is
    /// down.)
    /// </summary>
    public void RequestingFull()
    {
        lock (_lock)
        {
            _flags.RequestingFull();
            _segments.RequestingFull();
        }
    }

    /// <summary>Returns what prepares the items of the next message while it arrives.</summary>
    public ItemPreparation PrepareMessage() => new(_current, _keepJson, _logger);

    /// <summary>Applies a message atomically. Its items may be prepared or not.</summary>
    /// <returns>The keys of the flags whose results may have changed; empty if nothing changed.</returns>
    public IReadOnlyCollection<string> Apply(DataSync sync)
    {
        lock (_lock)
        {
            sync = Prepare(sync);
            ReportInvalidItems(sync);
            if (!sync.IsFull)
                return PatchNeedsLock(sync);

            _fullCount++;
            return FullNeedsLock(sync, version: 0, keepPatchesAfter: long.MinValue);
        }
    }

    /// <summary>
    /// Applies a snapshot, unless a full may be newer. This is the case if a full was applied after the snapshot became known, or
    /// if a full was applied before and the version of the snapshot is not higher.
    /// </summary>
    /// <param name="snapshot">The content of the snapshot.</param>
    /// <param name="version">The data version of the snapshot.</param>
    /// <param name="fullCount">The value of <see cref="FullCount"/> when the snapshot became known.</param>
    /// <returns>The keys of the flags whose results may have changed; null if the snapshot was not applied.</returns>
    public IReadOnlyCollection<string>? ApplySnapshot(DataSync snapshot, long version, int fullCount)
    {
        lock (_lock)
        {
            if (_fullCount != fullCount || (_fullCount > 0 && version <= _current.Version))
                return null;

            // Items of newer patches that arrived before the first full are kept.
            snapshot = Prepare(snapshot);
            ReportInvalidItems(snapshot);
            return FullNeedsLock(snapshot, version, keepPatchesAfter: version);
        }
    }

    private DataSync Prepare(DataSync sync)
    {
        if (sync.IsPrepared)
            return sync;

        var preparation = PrepareMessage();
        sync = sync with
        {
            IsPrepared = true,
            Flags = [.. sync.Flags.Select(preparation.Prepare)],
            Segments = [.. sync.Segments.Select(preparation.Prepare)],
        };
        preparation.Complete();
        return sync;
    }

    private void ReportInvalidItems(DataSync sync)
    {
        foreach (var error in sync.InvalidItems)
            ReportInvalidItem(error);
    }

    private void ReportInvalidItem(string error)
    {
        LogInvalidItem(error);
        Instruments.RejectedItems.Add(1);
    }

    private void PublishNeedsLock(DataSet data)
    {
        LogCyclesNeedsLock(data);
        _current = data;
    }

    // Logged once per version, because the same data arrives again after a reconnection.
    private void LogCyclesNeedsLock(DataSet data)
    {
        if (!data.Cycles.Any)
            return;

        var cycles = (data.Version, FlagKeys: string.Join(", ", data.Cycles.FlagKeys));
        if (cycles == _loggedCycles)
            return;

        LogCycle(cycles.FlagKeys);
        _loggedCycles = cycles;
    }

    // Processes only changed items, because a pass over all flags of a large environment would take most of the time.
    private IReadOnlyCollection<string> PatchNeedsLock(DataSync sync)
    {
        var before = _current;
        var flags = new Dictionary<string, Flag>(before.FlagsById, StringComparer.Ordinal);
        var segments = new Dictionary<string, Segment>(before.SegmentsById, StringComparer.Ordinal);
        var version = before.Version;
        var changedFlags = _flags.Patch(flags, sync.Flags, ref version);
        var changedSegments = _segments.Patch(segments, sync.Segments, ref version);
        if (changedFlags.Count == 0 && changedSegments.Count == 0)
            return [];

        // An archived item that was unknown makes the data newer but changes no result.
        changedFlags.RemoveWhere(id => before.FlagById(id) is null && !flags.ContainsKey(id));
        changedSegments.RemoveWhere(id => before.SegmentById(id) is null && !segments.ContainsKey(id));
        var after = before.With(flags, changedFlags, segments, version);
        PublishNeedsLock(after);
        return ChangedFlags.Of(before, after, changedFlags, changedSegments);
    }

    // If nothing changed, the data set stays the same object, because the same data often arrives again.
    private IReadOnlyCollection<string> FullNeedsLock(DataSync sync, long version, long keepPatchesAfter)
    {
        var before = _current;
        var flags = _flags.Full(before.FlagsById, sync.Flags, keepPatchesAfter, ref version);
        var segments = _segments.Full(before.SegmentsById, sync.Segments, keepPatchesAfter, ref version);
        if (version != before.Version || !before.HasContent(flags, segments))
            PublishNeedsLock(DataSet.Create(flags, segments, version));
        _hasFullData = true;
        return _current == before ? [] : ChangedFlags.Between(before, _current);
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "Ignored an invalid item in the flag data: {Error}")]
    private partial void LogInvalidItem(string error);

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning,
        Message = "These flags are prerequisites of each other in a cycle: {FlagKeys}. They return their off variation with the "
            + "reason 'prerequisite failed'")]
    private partial void LogCycle(string flagKeys);
}
