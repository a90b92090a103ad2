using Ffc.DevServer.Servers;
using Ffc.Sdk.Flags;

namespace Ffc.DevServer.Flags;

/// <summary>Reads the flags file at start-up and reloads it when it changes.</summary>
internal sealed partial class FlagsFile : IAsyncDisposable
{
    // Editors cause several events per save. The file is read after the last event.
    private static readonly TimeSpan DebounceInterval = TimeSpan.FromMilliseconds(50);

    private readonly DevServerOptions _options;
    private readonly DevProtocol _protocol;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _changeSignal = new(0);
    private readonly CancellationTokenSource _stoppingCts = new();
    private FileSystemWatcher? _watcher;
    private Task _watchTask = Task.CompletedTask;
    private FileStamp _lastRead;

    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is not a valid full data-sync message.</exception>
    public FlagsFile(string path, DevServerOptions options, DevProtocol protocol)
    {
        FullPath = Path.GetFullPath(path);
        _options = options;
        _protocol = protocol;
        _logger = options.LoggerFactory.CreateLogger<FlagsFile>();
        if (!File.Exists(FullPath))
            throw new FileNotFoundException($"the flags file {FullPath} does not exist", FullPath);

        _lastRead = FileStamp.Read(FullPath);
        var timestamp = options.StampOnStart ? Math.Min(_lastRead.UnixMilliseconds, Now) : 1;
        try
        {
            Current = FlagSet.Empty(protocol, timestamp - 1).Update(Parse(), timestamp).Next;
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{FullPath}: {exception.Message}", exception);
        }
    }

    public string FullPath { get; }

    public FlagSet Current { get; private set; }

    private long Now => _options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Logs a warning if flags belong to another environment, because clients of this environment do not find them.
    /// </summary>
    /// <param name="prefix">The prefix of the ids of all flags of the environment.</param>
    public void WarnAboutOtherEnvironments(string prefix)
    {
        var others = Current.FlagIds.Count(id => !id.StartsWith(prefix, StringComparison.Ordinal));
        if (others > 0)
            LogOtherEnvironment(others, FullPath, prefix);
    }

    /// <summary>Starts watching the file.</summary>
    /// <param name="onChanged">Receives the new set and the changes. Calls do not overlap.</param>
    public void Watch(Action<FlagSet, FlagSet> onChanged)
    {
        _watcher = _options.WatchEvents ? StartWatcher() : null;
        _watchTask = Task.Run(() => WatchAsync(onChanged, _stoppingCts.Token));
    }

    public async ValueTask DisposeAsync()
    {
        _watcher?.Dispose();
        await _stoppingCts.CancelAsync();
        await _watchTask;
        _stoppingCts.Dispose();
        _changeSignal.Dispose();
    }

    private FileSystemWatcher? StartWatcher()
    {
        try
        {
            var watcher = new FileSystemWatcher(Path.GetDirectoryName(FullPath)!, Path.GetFileName(FullPath));
            watcher.Changed += SignalChange;
            watcher.Created += SignalChange;
            watcher.Renamed += SignalChange;
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (IOException exception)
        {
            // The watch limit is reached, or the file system does not support watching. Polling does not need the watcher.
            LogWatchingUnavailable(exception.Message);
            return null;
        }

        void SignalChange(object sender, FileSystemEventArgs args) => _changeSignal.Release();
    }

    private async Task WatchAsync(Action<FlagSet, FlagSet> onChanged, CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // Real time instead of the options' TimeProvider, because file events occur in real time.
                var signalled = await _changeSignal.WaitAsync(_options.PollInterval, stoppingToken);
                if (!signalled && FileStamp.Read(FullPath) == _lastRead)
                    continue;

                while (await _changeSignal.WaitAsync(DebounceInterval, stoppingToken))
                {
                }

                Reload(onChanged);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private DataSync Parse()
    {
        var data = FlagsFileParser.Parse(File.ReadAllBytes(FullPath), _protocol);
        foreach (var warning in _protocol.Lint(data))
            LogLintWarning(FullPath, warning);
        return data;
    }

    private void Reload(Action<FlagSet, FlagSet> onChanged)
    {
        // The stamp is read before the file, so that a write during the read is detected as another change.
        _lastRead = FileStamp.Read(FullPath);
        try
        {
            var (next, changes) = Current.Update(Parse(), Now);
            Current = next;
            LogReloaded(FullPath, changes.Count);
            if (changes.Count > 0)
                onChanged(next, changes);
        }
        catch (InvalidDataException exception)
        {
            LogChangeIgnored(FullPath, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogChangeIgnored(FullPath, exception.Message);
            // Forces a new attempt: a file that becomes readable again can have the same stamp.
            _lastRead = default;
        }
    }

    [LoggerMessage(EventId = 180, Level = LogLevel.Debug, Message = "Reloaded {Path}: {Changes} items changed")]
    private partial void LogReloaded(string path, int changes);

    [LoggerMessage(
        EventId = 181,
        Level = LogLevel.Warning,
        Message = "Ignored a change to {Path}; the previous flags stay in effect: {Reason}")]
    private partial void LogChangeIgnored(string path, string reason);

    [LoggerMessage(EventId = 182, Level = LogLevel.Warning, Message = "Possible mistake in {Path}: {Warning}")]
    private partial void LogLintWarning(string path, string warning);

    [LoggerMessage(
        EventId = 183,
        Level = LogLevel.Warning,
        Message = "{Count} flags in {Path} belong to another environment. Clients find only ids that start with {Prefix}")]
    private partial void LogOtherEnvironment(int count, string path, string prefix);

    [LoggerMessage(
        EventId = 184,
        Level = LogLevel.Information,
        Message = "File watching is not available ({Reason}); polling the flags file instead")]
    private partial void LogWatchingUnavailable(string reason);

    /// <summary>
    /// Shows whether the file has changed, without reading its content. The default value represents a missing file.
    /// </summary>
    private readonly record struct FileStamp(DateTime LastWrite, long Length)
    {
        public long UnixMilliseconds => new DateTimeOffset(LastWrite).ToUnixTimeMilliseconds();

        public static FileStamp Read(string path)
        {
            try
            {
                var target = (FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
                return target.Exists ? new FileStamp(target.LastWriteTimeUtc, target.Length) : default;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return default;
            }
        }
    }
}
