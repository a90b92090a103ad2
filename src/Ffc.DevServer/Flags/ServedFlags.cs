using System.Runtime.CompilerServices;
using System.Text.Json;
using Ffc.DevServer.Json;
using Ffc.DevServer.Servers;
using Ffc.Sdk.Flags;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.DevServer.Flags;

/// <summary>
/// The flags that the server serves. The dashboard reads and edits them; each edit is written to the flags file and pushed to the
/// clients. Thread-safe.
/// </summary>
internal sealed partial class ServedFlags : IAsyncDisposable
{
    private readonly DevProtocol _protocol;
    private readonly FlagsFile _file;
    private readonly MirroredEnvironment? _mirror;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ConditionalWeakTable<object, string[]> _warnings = [];
    private readonly DataStore _store = new(NullLogger<DataStore>.Instance, keepJson: true);
    private readonly Lock _lock = new();
    private Action<FlagSet, FlagSet>? _publish;

    // Written under _lock.
    private volatile FlagsView _view;

    /// <param name="file">The flags file; with a mirrored environment, the file with the overrides.</param>
    /// <param name="mirror">The mirrored environment; null if there is none.</param>
    /// <param name="options">The options of the server.</param>
    /// <param name="protocol">The protocol of the server.</param>
    public ServedFlags(FlagsFile file, MirroredEnvironment? mirror, DevServerOptions options, DevProtocol protocol)
    {
        _file = file;
        _mirror = mirror;
        _protocol = protocol;
        _timeProvider = options.TimeProvider;
        _logger = options.LoggerFactory.CreateLogger<ServedFlags>();
        var now = _timeProvider.GetUtcNow();
        var written = file.LastWritten < now ? file.LastWritten : now;
        var timestamp = options.StampOnStart ? written.ToUnixTimeMilliseconds() : 1;
        Set = FlagSet.Empty(protocol, timestamp - 1).Update(MergeAtStart(file.Current), timestamp).Next;
        _view = CreateViewNeedsLock(file.Current, Set.ToFull());
        file.ErrorChanged += Refresh;
    }

    /// <summary>
    /// Is raised after <see cref="View"/> has changed, on a thread of the server. A handler must be fast and must not throw.
    /// </summary>
    public event Action? Changed;

    /// <summary>The flags that are served now.</summary>
    public FlagsView View => _view;

    /// <summary>The full path of the file that edits are written to.</summary>
    public string FilePath => _file.FullPath;

    /// <summary>
    /// Whether the flags are those of a real environment. Edits are then local overrides, which the environment never receives.
    /// </summary>
    public bool IsMirror => _mirror is not null;

    /// <summary>The messages for the clients.</summary>
    public FlagSet Set { get; private set; }

    /// <summary>
    /// Logs a warning if flags belong to another environment, because clients of this environment do not find them.
    /// </summary>
    /// <param name="prefix">The prefix of the ids of all flags of the environment.</param>
    public void WarnAboutOtherEnvironments(string prefix)
    {
        var others = Set.FlagIds.Count(id => !id.StartsWith(prefix, StringComparison.Ordinal));
        if (others > 0)
            LogOtherEnvironment(new Counted(others, "flag"), FilePath, prefix);
    }

    /// <summary>Starts watching the file.</summary>
    /// <param name="publish">Receives the new set and the changes. Calls do not overlap.</param>
    public void Watch(Action<FlagSet, FlagSet> publish)
    {
        _publish = publish;
        _file.Watch(Apply);
        if (_mirror is null)
            return;

        _mirror.Changed += () => _ = _file.ReapplyAsync();

        // The flags may have changed since the start.
        _ = _file.ReapplyAsync();
    }

    /// <summary>Checks the JSON of a flag as <see cref="SaveAsync"/> does, and changes nothing.</summary>
    /// <param name="key">The key of the flag.</param>
    /// <param name="json">The JSON, which may contain comments.</param>
    public FlagEdit Check(string key, string json)
    {
        try
        {
            var document = _file.Current;
            var text = document.Find(key) is { } flag ? document.Replace(flag, json) : document.Add(key, json);
            return CheckFlag(document.With(text), key);
        }
        catch (InvalidDataException exception)
        {
            return FlagEdit.Refused(exception.Message);
        }
    }

    /// <summary>Replaces the JSON of a flag.</summary>
    /// <param name="key">The key of the flag.</param>
    /// <param name="json">The new JSON, which may contain comments.</param>
    /// <param name="original">
    /// The JSON that was edited, from <see cref="FlagView.Json"/>. The edit is refused if the flag is another one now.
    /// </param>
    /// <param name="cancellationToken">Cancels the edit.</param>
    public Task<FlagEdit> SaveAsync(string key, string json, string original, CancellationToken cancellationToken = default) =>
        _file.EditAsync(
            document =>
            {
                var flag = FindForEdit(document, key);
                if ((flag?.Json ?? View.Find(key)?.Json) != original)
                {
                    throw new InvalidDataException(
                        $"The flag {key} was changed in the meantime. Compare the two versions, and save again.");
                }

                return flag is null ? document.Add(key, json) : document.Replace(flag, json);
            },
            document => CheckFlag(document, key),
            cancellationToken);

    /// <summary>Turns a flag on or off.</summary>
    public Task<FlagEdit> ToggleAsync(string key, bool isOn, CancellationToken cancellationToken = default) =>
        _file.EditAsync(
            document =>
            {
                // An override is a copy of the flag of the environment.
                var copied = FindForEdit(document, key) is null
                    ? document.With(document.Add(key, View.Find(key)!.Json))
                    : document;
                return copied.Toggle(copied.Find(key)!, isOn);
            },
            document => CheckFlag(document, key),
            cancellationToken);

    /// <summary>Adds a flag.</summary>
    /// <param name="key">The key of the flag.</param>
    /// <param name="json">The JSON, which may contain comments.</param>
    /// <param name="cancellationToken">Cancels the edit.</param>
    public Task<FlagEdit> AddAsync(string key, string json, CancellationToken cancellationToken = default) =>
        _file.EditAsync(
            document => document.Find(key) is null && _mirror?.Data.FlagByKey(key) is null
                ? document.Add(key, json)
                : throw new InvalidDataException($"There is already a flag {key}."),
            document => CheckFlag(document, key),
            cancellationToken);

    /// <summary>Removes a flag.</summary>
    public Task<FlagEdit> DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        _file.EditAsync(
            document => _mirror?.Data.FlagByKey(key) is null
                ? document.Remove(FindForEdit(document, key)!)
                : throw new InvalidDataException($"The flag {key} belongs to the mirrored environment. Turn it off instead."),
            _ => new FlagEdit([], []),
            cancellationToken);

    /// <summary>Removes the local override of a flag, so that the flag of the environment is served again.</summary>
    public Task<FlagEdit> DropOverrideAsync(string key, CancellationToken cancellationToken = default) =>
        _file.EditAsync(
            document => IsMirror && document.Find(key) is { } flag
                ? document.Remove(flag)
                : throw new InvalidDataException($"The flag {key} is not overridden."),
            _ => new FlagEdit([], []),
            cancellationToken);

    /// <summary>Whether a local override replaces a flag of the mirrored environment.</summary>
    public bool IsOverridden(string key) => View.Find(key) is { IsOverridden: true };

    public async ValueTask DisposeAsync()
    {
        if (_mirror is not null)
            await _mirror.DisposeAsync();
        await _file.DisposeAsync();
    }

    // Null for a flag of the mirrored environment that is not overridden yet.
    private FlagEntry? FindForEdit(FlagsDocument document, string key) =>
        document.Find(key)
        ?? (IsMirror && View.Find(key) is not null
            ? null
            : throw new InvalidDataException($"There is no flag {key} in the flags file."));

    private DataSync Merge(FlagsDocument document) => _mirror?.Overlay(document, _protocol.Format) ?? document.Data;

    private DataSync MergeAtStart(FlagsDocument document)
    {
        try
        {
            return Merge(document);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{FilePath}: {exception.Message}", exception);
        }
    }

    private FlagEdit CheckFlag(FlagsDocument document, string key)
    {
        if (_mirror?.FindConflict(document) is { } conflict)
            return FlagEdit.Refused(conflict);
        if (document.Find(key) is not { } flag)
            return FlagEdit.Refused($"The key of the flag must be {key}.");
        if (FlagsFileLinter.FindCompileError(flag.Item) is { } error)
            return FlagEdit.Refused($"Flag {key}: {error}.");
        return new FlagEdit(
            [], [.. Lint(flag.Item), .. ReferenceLinter.Lint(flag.Item.Compile(NullLogger.Instance), View.Data)]);
    }

    // The items that did not change are the same objects.
    private string[] Lint(IncomingItem<Flag> flag) =>
        _warnings.GetValue(flag, _ => [.. _protocol.Lint(new DataSync(IsFull: false, [flag], [], []))]);

    private string[] Lint(IncomingItem<Segment> segment) =>
        _warnings.GetValue(segment, _ => [.. _protocol.Lint(new DataSync(IsFull: false, [], [segment], []))]);

    private int Apply(FlagsDocument document)
    {
        int count;
        lock (_lock)
        {
            var (next, changes) = Set.Update(Merge(document), _timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
            count = changes.Count;
            Set = next;
            if (count > 0)
                _publish?.Invoke(next, changes);
            _view = CreateViewNeedsLock(document, changes.ToPatch());
        }

        Changed?.Invoke();
        return count;
    }

    private void Refresh()
    {
        lock (_lock)
            _view = _view with { Error = _file.Error };
        Changed?.Invoke();
    }

    private FlagsView CreateViewNeedsLock(FlagsDocument document, byte[] message)
    {
        _store.Apply(_protocol.Format.ReadMessage(message)!);
        var data = _store.Current;
        var ids = _mirror is null ? document.Flags.Select(flag => flag.Item.Id) : Set.FlagIds;
        string[] references =
        [
            .. document.Flags.Select(flag => data.FlagById(flag.Item.Id)).OfType<Flag>()
                .SelectMany(flag => ReferenceLinter.Lint(flag, data)),
            .. document.Data.Segments.Select(segment => data.SegmentById(segment.Id)).OfType<Segment>()
                .SelectMany(segment => ReferenceLinter.Lint(segment, data)),
        ];
        foreach (var warning in references.Except(_view?.Warnings ?? []))
            LogReferenceWarning(FilePath, warning);
        return new FlagsView(
            [
                .. from flag in ids.Select(data.FlagById).OfType<Flag>()
                   where data.FlagByKey(flag.Key) == flag
                   select CreateView(flag, document.Find(flag.Key)),
            ],
            data,
            _file.Error,
            [.. document.Data.Flags.SelectMany(Lint), .. document.Data.Segments.SelectMany(Lint), .. references],
            _mirror is null ? null : new MirrorView(_mirror.Server, _mirror.Status));
    }

    private FlagView CreateView(Flag flag, FlagEntry? entry)
    {
        var isOverridden = IsMirror && entry is not null;

        // Most flags do not change. The first view is created in the constructor.
        if (_view?.Find(flag.Key) is { } same && same.Flag == flag && same.IsOverridden == isOverridden
            && (entry is null || entry.Json == same.Json))
            return same;

        using var document = JsonDocument.Parse(flag.Content.ReadJson());
        var original = _mirror?.Data.FlagByKey(flag.Key);
        var changed = entry is null ? original?.Version ?? flag.Version : flag.Version;
        return new FlagView(
            flag,
            [.. _protocol.ReadVariations(document.RootElement)],
            [.. _protocol.ReadRuleNames(document.RootElement)],
            entry?.Json ?? FormatJson((original ?? flag).Content.ReadJson()),
            changed is > 1 and <= FlagsFileParser.MaxVersion ? DateTimeOffset.FromUnixTimeMilliseconds(changed) : null,
            isOverridden);
    }

    private static string FormatJson(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return ReadableJson.Write(document.RootElement.WriteTo);
    }

    [LoggerMessage(EventId = 192, Level = LogLevel.Warning, Message = "Possible mistake in {Path}: {Warning}")]
    private partial void LogReferenceWarning(string path, string warning);

    [LoggerMessage(
        EventId = 183,
        Level = LogLevel.Warning,
        Message = "{Path} has {Flags} of another environment. Clients find only ids that start with {Prefix}")]
    private partial void LogOtherEnvironment(Counted flags, string path, string prefix);
}
