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
    private byte[] _lastRead;

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

        // The time of the file that a link refers to.
        var file = (FileInfo?)File.ResolveLinkTarget(FullPath, returnFinalTarget: true) ?? new FileInfo(FullPath);
        var written = new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeMilliseconds();
        var timestamp = options.StampOnStart ? Math.Min(written, Now) : 1;
        _lastRead = File.ReadAllBytes(FullPath);
        try
        {
            Current = FlagSet.Empty(protocol, timestamp - 1).Update(Parse(_lastRead), timestamp).Next;
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

                // The content, because a file can be replaced by one with the same length and time.
                if (!signalled && TryRead().AsSpan().SequenceEqual(_lastRead))
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

    private DataSync Parse(byte[] content)
    {
        var data = FlagsFileParser.Parse(content, _protocol);
        foreach (var warning in _protocol.Lint(data))
            LogLintWarning(FullPath, warning);
        return data;
    }

    private void Reload(Action<FlagSet, FlagSet> onChanged)
    {
        try
        {
            _lastRead = [];
            _lastRead = File.ReadAllBytes(FullPath);
            var (next, changes) = Current.Update(Parse(_lastRead), Now);
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

    /// <summary>The content of the file; empty if it cannot be read.</summary>
    private byte[] TryRead()
    {
        try
        {
            return File.ReadAllBytes(FullPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
