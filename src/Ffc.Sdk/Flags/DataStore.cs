using Ffc.Sdk.Protocol;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Flags;

/// <summary>
/// Holds the data set in force and makes the next one out of what a server says. Readers take <see cref="Current"/>
/// and never wait; writers take turns.
/// </summary>
internal sealed partial class DataStore(ILogger<DataStore> logger)
{
    private readonly Lock _writing = new();
    private readonly FlagCompiler _compiler = new(logger);

    // What archived items were last seen at: an older item that arrives late must not bring one back.
    private readonly Dictionary<(Type Kind, string Id), long> _archived = [];

    // What patches brought since the last request for everything: these may be newer than the answer to it.
    private readonly HashSet<(Type Kind, string Id)> _patchedSinceRequest = [];

    private (long Version, string FlagKeys) _loggedCycles;

    private volatile DataSet _current = DataSet.Empty;

    public DataSet Current => _current;

    /// <summary>
    /// Notes that everything is asked for now. An item that the answer lacks is gone, unless a patch that came after this
    /// moment overtook the answer. (By time stamps alone, the newest flag, archived during a gap, would live on.)
    /// </summary>
    public void RequestingFull()
    {
        lock (_writing)
            _patchedSinceRequest.Clear();
    }

    /// <summary>Applies a message, all of it at once.</summary>
    /// <returns>The keys of the flags that may answer differently now; empty when nothing changed.</returns>
    public IReadOnlyCollection<string> Apply(DataSync sync)
    {
        lock (_writing)
        {
            foreach (var fault in sync.Unreadable)
                LogLeftOut(fault);
            Telemetry.RejectedItems.Add(sync.Unreadable.Count);

            var before = _current;
            var after = sync.IsFull ? Full(before, sync) : Patch(before, sync);
            if (after is null)
                return [];

            WarnOfCycles(after);
            _current = after;
            return ChangedFlags.Between(before, after);
        }
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

    private DataSet? Patch(DataSet before, DataSync sync)
    {
        var flags = new Dictionary<string, Flag>(before.FlagsById, StringComparer.Ordinal);
        var segments = new Dictionary<string, Segment>(before.SegmentsById, StringComparer.Ordinal);
        var version = before.Version;
        var changed = Patch(flags, sync.Flags, Compile, ref version) | Patch(segments, sync.Segments, Compile, ref version);
        return changed ? DataSet.Create(flags, segments, version) : null;
    }

    /// <summary>Every item on its own version: the newer one wins.</summary>
    private bool Patch<TWire, T>(
        Dictionary<string, T> held, IReadOnlyList<WireItem<TWire>> items, Func<WireItem<TWire>, T?> compile, ref long version)
        where TWire : class, IWireItem
        where T : class, IDataItem
    {
        var changed = false;
        foreach (var item in items)
        {
            var known = held.TryGetValue(item.Id, out var ours) ? ours.Version : ArchivedVersion<T>(item.Id);
            if (item.Version <= known)
                continue;

            if (item.IsArchived)
            {
                Archive(held, item.Id, item.Version);
            }
            else if (compile(item) is { } compiled)
            {
                held[item.Id] = compiled;
            }
            else
            {
                continue;
            }

            changed = true;
            version = Math.Max(version, item.Version);
            _patchedSinceRequest.Add((typeof(T), item.Id));
        }

        return changed;
    }

    private DataSet Full(DataSet before, DataSync sync)
    {
        var fullVersion = sync.Flags.Select(item => item.Version).Concat(sync.Segments.Select(item => item.Version)).DefaultIfEmpty().Max();
        var flags = Full(before.FlagsById, sync.Flags, Compile, fullVersion);
        var segments = Full(before.SegmentsById, sync.Segments, Compile, fullVersion);
        var version = flags.Values.Select(flag => flag.Version).Concat(segments.Values.Select(segment => segment.Version)).Append(fullVersion).Max();
        return DataSet.Create(flags, segments, version);
    }

    /// <summary>The whole truth as of when the server made it; what a patch brought since then stays.</summary>
    private Dictionary<string, T> Full<TWire, T>(
        Dictionary<string, T> held, IReadOnlyList<WireItem<TWire>> items, Func<WireItem<TWire>, T?> compile, long fullVersion)
        where TWire : class, IWireItem
        where T : class, IDataItem
    {
        var next = new Dictionary<string, T>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            var ours = next.GetValueOrDefault(item.Id) ?? held.GetValueOrDefault(item.Id);
            if (ours is not null && (ours.Version > item.Version || IsSame(ours, item)))
                next[item.Id] = ours;
            else if (item.IsArchived)
                Archive(next, item.Id, item.Version);
            else if (item.Version > ArchivedVersion<T>(item.Id) && compile(item) is { } compiled)
                next[item.Id] = compiled;
        }

        foreach (var ours in held.Values)
        {
            if (ours.Version > fullVersion && _patchedSinceRequest.Contains((typeof(T), ours.Id)))
                next.TryAdd(ours.Id, ours);
        }

        return next;

        // What is the same to the letter is not compiled again: most of what comes after a short gap.
        static bool IsSame(T ours, in WireItem<TWire> item) =>
            ours.Version == item.Version && ours.Json.Span.SequenceEqual(item.Json.Span);
    }

    private void Archive<T>(Dictionary<string, T> items, string id, long version)
    {
        items.Remove(id);
        _archived[(typeof(T), id)] = Math.Max(version, ArchivedVersion<T>(id));
    }

    private long ArchivedVersion<T>(string id) => _archived.GetValueOrDefault((typeof(T), id), long.MinValue);

    private Flag? Compile(WireItem<WireFlag> item)
    {
        try
        {
            return _compiler.Compile(item);
        }
        catch (FormatException e)
        {
            LogLeftOut($"flag {item.Content.Ff?.KeyName ?? item.Id}: {e.Message}");
            Telemetry.RejectedItems.Add(1);
            return null;
        }
    }

    private Segment? Compile(WireItem<WireSegment> item) => _compiler.Compile(item);

    [LoggerMessage(EventId = 20, Level = LogLevel.Warning, Message = "Left out of the data, as it cannot be understood: {Fault}")]
    private partial void LogLeftOut(string fault);

    [LoggerMessage(EventId = 21, Level = LogLevel.Warning,
        Message = "These flags are each other's prerequisites, in a cycle: {FlagKeys}. They answer their off variation, prerequisite failed")]
    private partial void LogCycle(string flagKeys);
}
