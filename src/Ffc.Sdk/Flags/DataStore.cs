using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// Holds the data set in force and makes the next one out of what a server says. Readers take <see cref="Current"/>
/// and never wait; writers take turns.
/// </summary>
internal sealed partial class DataStore
{
    private readonly Lock _writing = new();
    private readonly FlagCompiler _compiler;
    private readonly ItemMerge<WireFlag, Flag> _flags;
    private readonly ItemMerge<WireSegment, Segment> _segments;
    private readonly ILogger<DataStore> _logger;

    private (long Version, string FlagKeys) _loggedCycles;

    private volatile DataSet _current = DataSet.Empty;
    private volatile int _applied;
    private volatile bool _isWhole;

    public DataStore(ILogger<DataStore> logger)
    {
        _logger = logger;
        _compiler = new FlagCompiler(logger);
        _flags = new ItemMerge<WireFlag, Flag>(Compile);
        _segments = new ItemMerge<WireSegment, Segment>(Compile);
    }

    public DataSet Current => _current;

    /// <summary>Whether there is all the data of some moment, and not only what patches brought that came before anything else.</summary>
    public bool IsWhole => _isWhole;

    /// <summary>
    /// How many messages were applied so far: tells whether the server said anything since some moment. Patches of nothing do not count.
    /// </summary>
    public int Applied => _applied;

    /// <summary>
    /// Notes that everything is asked for now. An item that the answer lacks is gone, unless a patch that came after this
    /// moment overtook the answer. (By time stamps alone, the newest flag, archived during a gap, would live on.)
    /// </summary>
    public void RequestingFull()
    {
        lock (_writing)
        {
            _flags.RequestingFull();
            _segments.RequestingFull();
        }
    }

    /// <summary>Applies a message, all of it at once.</summary>
    /// <returns>The keys of the flags that may answer differently now; empty when nothing changed.</returns>
    public IReadOnlyCollection<string> Apply(DataSync sync)
    {
        lock (_writing)
        {
            _isWhole |= sync.IsFull;
            if (_isWhole)
                _applied++;
            Report(sync.Unreadable);
            var before = _current;
            return sync.IsFull ? Replace(before, Full(before, sync)) : Patch(before, sync);
        }
    }

    /// <summary>
    /// Applies a snapshot where it is newer than what is in force. One that the server's word overtook while it was being read is not
    /// applied: it only tells, where it holds what the server does not, how new the data in force must be.
    /// </summary>
    /// <param name="snapshot">All there is in it.</param>
    /// <param name="asOf">The <see cref="DataSet.AsOf"/> of the data that it was made from.</param>
    /// <param name="appliedBefore">What <see cref="Applied"/> was before the snapshot was read.</param>
    /// <returns>The keys of the flags that may answer differently now; null when it was not applied.</returns>
    public IReadOnlyCollection<string>? ApplySnapshot(DataSync snapshot, long asOf, int appliedBefore)
    {
        lock (_writing)
        {
            // It was asked for before the server last said what is: what it holds and the server does not is gone.
            var before = _current;
            if (_applied != appliedBefore)
            {
                Overtake(snapshot, asOf, long.MaxValue);
                return null;
            }

            if (asOf <= before.AsOf && _isWhole)
                return null;

            Report(snapshot.Unreadable);
            var flags = _flags.Full(before.FlagsById, snapshot.Flags, asOf);
            var segments = _segments.Full(before.SegmentsById, snapshot.Segments, asOf);
            var after = DataSet.Create(flags, segments, Newest(snapshot), asOf);

            // What patches brought by themselves goes on top.
            if (!_isWhole && before != DataSet.Empty)
                after = DataSet.Create(flags, segments, Math.Max(after.Version, before.Version), Math.Max(asOf + 1, before.AsOf));
            _isWhole = true;
            return Replace(before, after);
        }
    }

    /// <summary>
    /// Compares the data in force, which the server gave, with a snapshot that claims to be newer. Where all that the snapshot has more
    /// are items that the server must have removed, since it sent newer ones without them, the data in force is the newer.
    /// </summary>
    /// <returns>Whether it is; its <see cref="DataSet.AsOf"/> then says so, too.</returns>
    public bool Overtake(DataSync snapshot, long asOf)
    {
        lock (_writing)
            return Overtake(snapshot, asOf, _current.Version);
    }

    private bool Overtake(DataSync snapshot, long asOf, long goneUpTo)
    {
        var current = _current;
        if (asOf < current.AsOf
            || !IsOvertaken(snapshot.Flags, current.FlagsById, goneUpTo, out var sameFlags)
            || !IsOvertaken(snapshot.Segments, current.SegmentsById, goneUpTo, out var sameSegments))
            return false;

        var same = sameFlags && sameSegments;
        _current = current.At(same ? asOf : asOf + 1);
        return !same;
    }

    private static bool IsOvertaken<TWire, T>(
        IReadOnlyList<WireItem<TWire>> items, Dictionary<string, T> held, long goneUpTo, out bool same)
        where TWire : class
        where T : class, IDataItem
    {
        same = items.Count == held.Count;
        foreach (var item in items)
        {
            var ours = held.GetValueOrDefault(item.Id);
            if (item.Version > (ours?.Version ?? goneUpTo))
                return false;
            same &= item.Version == ours?.Version;
        }

        return true;
    }

    // By hand: LINQ on numbers is compiled when it first runs, which is during every cold start.
    private static long Newest(DataSync sync)
    {
        var newest = 0L;
        foreach (var flag in sync.Flags)
            newest = Math.Max(newest, flag.Version);
        foreach (var segment in sync.Segments)
            newest = Math.Max(newest, segment.Version);
        return newest;
    }

    private void Report(IReadOnlyList<string> unreadable)
    {
        foreach (var fault in unreadable)
            LeaveOut(fault);
    }

    private void LeaveOut(string fault)
    {
        LogLeftOut(fault);
        Instruments.RejectedItems.Add(1);
    }

    private IReadOnlyCollection<string> Replace(DataSet before, DataSet after)
    {
        Serve(after);
        return ChangedFlags.Between(before, after);
    }

    private void Serve(DataSet data)
    {
        WarnOfCycles(data);
        _current = data;
    }

    // Once a version: what comes after every short gap is mostly what was there before.
    private void WarnOfCycles(DataSet data)
    {
        if (!data.Cycles.Any)
            return;

        var cycles = (data.Version, FlagKeys: string.Join(", ", data.Cycles.FlagKeys));
        if (cycles == _loggedCycles)
            return;

        LogCycle(cycles.FlagKeys);
        _loggedCycles = cycles;
    }

    // Looks at what changed and no further: going through all of many flags takes longer than all else.
    private IReadOnlyCollection<string> Patch(DataSet before, DataSync sync)
    {
        var flags = new Dictionary<string, Flag>(before.FlagsById, StringComparer.Ordinal);
        var segments = new Dictionary<string, Segment>(before.SegmentsById, StringComparer.Ordinal);
        var version = before.Version;
        var changedFlags = _flags.Patch(flags, sync.Flags, ref version);
        var changedSegments = _segments.Patch(segments, sync.Segments, ref version);
        if (changedFlags.Count == 0 && changedSegments.Count == 0)
            return [];

        // An archived item that was not known here makes the data newer, but not another.
        changedFlags.RemoveWhere(id => before.FlagById(id) is null && !flags.ContainsKey(id));
        changedSegments.RemoveWhere(id => before.SegmentById(id) is null && !segments.ContainsKey(id));
        var after = before.With(flags, changedFlags, segments, version, Math.Max(before.AsOf + 1, version));
        Serve(after);
        return ChangedFlags.Of(before, after, changedFlags, changedSegments);
    }

    private DataSet Full(DataSet before, DataSync sync)
    {
        var fullVersion = Newest(sync);
        var flags = _flags.Full(before.FlagsById, sync.Flags, fullVersion);
        var segments = _segments.Full(before.SegmentsById, sync.Segments, fullVersion);
        var version = Math.Max(Newest(flags), Math.Max(Newest(segments), fullVersion));
        var after = DataSet.Create(flags, segments, version, Math.Max(before.AsOf, version));

        // Asked for while what is in force already was: whatever is different is newer.
        return after.AsOf == before.AsOf && !after.HasContentOf(before) ? after.At(before.AsOf + 1) : after;
    }

    private static long Newest<T>(Dictionary<string, T> items)
        where T : class, IDataItem
    {
        var newest = 0L;
        foreach (var item in items.Values)
            newest = Math.Max(newest, item.Version);
        return newest;
    }

    private Flag? Compile(WireItem<WireFlag> item)
    {
        try
        {
            return _compiler.Compile(item);
        }
        catch (FormatException e)
        {
            LeaveOut($"flag {item.Id}: {e.Message}");
            return null;
        }
    }

    private Segment? Compile(WireItem<WireSegment> item)
    {
        try
        {
            return _compiler.Compile(item);
        }
        catch (FormatException e)
        {
            LeaveOut($"segment {item.Id}: {e.Message}");
            return null;
        }
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "Left out of the data, as it cannot be understood: {Fault}")]
    private partial void LogLeftOut(string fault);

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning,
        Message = "These flags are each other's prerequisites, in a cycle: {FlagKeys}. They answer their off variation, prerequisite failed")]
    private partial void LogCycle(string flagKeys);
}
