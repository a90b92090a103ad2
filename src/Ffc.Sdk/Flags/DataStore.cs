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

    // Guarded by _lock.
    private (long Timestamp, string FlagKeys) _loggedCycles;

    // Written under _lock.
    private volatile DataSet _current = DataSet.Empty;
    private volatile int _appliedCount;
    private volatile bool _hasFullData;

    public DataStore(ILogger<DataStore> logger)
    {
        _logger = logger;
        _flags = new ItemMerge<Flag>("flag", ReportInvalidItem, logger);
        _segments = new ItemMerge<Segment>("segment", ReportInvalidItem, logger);
    }

    public DataSet Current => _current;

    /// <summary>Whether a full or a snapshot was applied. Patches that arrive before the first full do not set it.</summary>
    public bool HasFullData => _hasFullData;

    /// <summary>
    /// The number of applied messages, without patches before the first full. A higher number than before means that the server
    /// has sent data.
    /// </summary>
    public int AppliedCount => _appliedCount;

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

    /// <summary>Applies a message atomically.</summary>
    /// <returns>The keys of the flags whose results may have changed; empty if nothing changed.</returns>
    public IReadOnlyCollection<string> Apply(DataSync sync)
    {
        lock (_lock)
        {
            ReportInvalidItems(sync);
            if (sync.IsFull || _hasFullData)
                _appliedCount++;
            if (!sync.IsFull)
                return PatchNeedsLock(sync);

            var changed = ReplaceNeedsLock(FullNeedsLock(sync));
            _hasFullData = true;
            return changed;
        }
    }

    /// <summary>
    /// Applies a snapshot if it is newer than the current data. If a message of the server arrived during the read, the snapshot
    /// is not applied. If the snapshot then contains items that the server does not have, the revision of the current data is
    /// raised above the snapshot's.
    /// </summary>
    /// <param name="snapshot">The content of the snapshot.</param>
    /// <param name="revision">The revision of the snapshot's data set.</param>
    /// <param name="appliedBefore">The value of <see cref="AppliedCount"/> before the snapshot was read.</param>
    /// <returns>The keys of the flags whose results may have changed; null if the snapshot was not applied.</returns>
    public IReadOnlyCollection<string>? ApplySnapshot(DataSync snapshot, long revision, int appliedBefore)
    {
        lock (_lock)
        {
            var before = _current;
            if (_appliedCount != appliedBefore)
            {
                // The server responded after the snapshot was requested. Items that only the snapshot contains were removed,
                // regardless of their version.
                AdvanceRevisionNeedsLock(snapshot, revision, removedUpTo: long.MaxValue);
                return null;
            }

            if (revision <= before.Version.Revision && _hasFullData)
                return null;

            ReportInvalidItems(snapshot);
            var flags = _flags.Full(before.FlagsById, snapshot.Flags, revision);
            var segments = _segments.Full(before.SegmentsById, snapshot.Segments, revision);
            var version = new DataVersion(Newest(snapshot), revision);

            // Patches that arrived before any full are kept on top of the snapshot.
            if (!_hasFullData && before != DataSet.Empty)
            {
                version = new DataVersion(
                    Math.Max(version.Timestamp, before.Version.Timestamp), Math.Max(revision + 1, before.Version.Revision));
            }

            var changed = ReplaceNeedsLock(DataSet.Create(flags, segments, version));
            _hasFullData = true;
            return changed;
        }
    }

    /// <summary>
    /// Compares the current data, which the server sent, with a snapshot of an equal or higher revision. The current data is
    /// newer if the server has removed all items that only the snapshot contains. Then the revision of the current data is
    /// raised above the snapshot's.
    /// </summary>
    /// <returns>Whether the current data is newer than the snapshot.</returns>
    public bool SupersedesSnapshot(DataSync snapshot, long revision)
    {
        lock (_lock)
            return AdvanceRevisionNeedsLock(snapshot, revision, removedUpTo: _current.Version.Timestamp);
    }

    private bool AdvanceRevisionNeedsLock(DataSync snapshot, long revision, long removedUpTo)
    {
        var current = _current;
        if (revision < current.Version.Revision
            || !IsCovered(snapshot.Flags, current.FlagsById, removedUpTo, out var sameFlags)
            || !IsCovered(snapshot.Segments, current.SegmentsById, removedUpTo, out var sameSegments))
            return false;

        var isSame = sameFlags && sameSegments;
        _current = current.WithRevision(isSame ? revision : revision + 1);
        return !isSame;
    }

    /// <summary>Whether each item exists in the same or a newer version, or was removed.</summary>
    private static bool IsCovered<T>(
        IReadOnlyList<IncomingItem<T>> items, Dictionary<string, T> held, long removedUpTo, out bool isSame)
        where T : class, IDataItem
    {
        isSame = items.Count == held.Count;
        foreach (var item in items)
        {
            var current = held.GetValueOrDefault(item.Id);
            if (item.Version > (current?.Version ?? removedUpTo))
                return false;
            isSame &= item.Version == current?.Version;
        }

        return true;
    }

    // Loops instead of LINQ, because generic LINQ over numbers would be compiled during every cold start.
    private static long Newest(DataSync sync)
    {
        var newest = 0L;
        foreach (var flag in sync.Flags)
            newest = Math.Max(newest, flag.Version);
        foreach (var segment in sync.Segments)
            newest = Math.Max(newest, segment.Version);
        return newest;
    }

    private static long Newest<T>(Dictionary<string, T> items)
        where T : class, IDataItem
    {
        var newest = 0L;
        foreach (var item in items.Values)
            newest = Math.Max(newest, item.Version);
        return newest;
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

    private IReadOnlyCollection<string> ReplaceNeedsLock(DataSet after)
    {
        var before = _current;
        PublishNeedsLock(after);
        return ChangedFlags.Between(before, after);
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

        var cycles = (data.Version.Timestamp, FlagKeys: string.Join(", ", data.Cycles.FlagKeys));
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
        var timestamp = before.Version.Timestamp;
        var changedFlags = _flags.Patch(flags, sync.Flags, ref timestamp);
        var changedSegments = _segments.Patch(segments, sync.Segments, ref timestamp);
        if (changedFlags.Count == 0 && changedSegments.Count == 0)
            return [];

        // An archived item that was unknown makes the data newer but changes no result.
        changedFlags.RemoveWhere(id => before.FlagById(id) is null && !flags.ContainsKey(id));
        changedSegments.RemoveWhere(id => before.SegmentById(id) is null && !segments.ContainsKey(id));
        var version = new DataVersion(timestamp, Math.Max(before.Version.Revision + 1, timestamp));
        var after = before.With(flags, changedFlags, segments, version);
        PublishNeedsLock(after);
        return ChangedFlags.Of(before, after, changedFlags, changedSegments);
    }

    private DataSet FullNeedsLock(DataSync sync)
    {
        var before = _current;
        var fullVersion = Newest(sync);
        var flags = _flags.Full(before.FlagsById, sync.Flags, fullVersion);
        var segments = _segments.Full(before.SegmentsById, sync.Segments, fullVersion);
        var timestamp = Math.Max(Newest(flags), Math.Max(Newest(segments), fullVersion));
        var after = DataSet.Create(flags, segments, new DataVersion(timestamp, Math.Max(before.Version.Revision, timestamp)));

        // The full was requested when the current data was already applied. If it differs, it is newer.
        return after.Version.Revision == before.Version.Revision && !after.HasSameContent(before)
            ? after.WithRevision(before.Version.Revision + 1)
            : after;
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "Ignored an invalid item in the flag data: {Error}")]
    private partial void LogInvalidItem(string error);

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning,
        Message = "These flags are prerequisites of each other in a cycle: {FlagKeys}. They return their off variation with the "
            + "reason 'prerequisite failed'")]
    private partial void LogCycle(string flagKeys);
}
