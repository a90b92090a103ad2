using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.DevServer.Flags;

/// <summary>The flags file: read on start, then followed while people edit it.</summary>
internal sealed partial class FlagsFile : IAsyncDisposable
{
    // An editor's save is several events: the file is read once nothing has happened for this long.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);

    private readonly DevServerOptions _options;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _signal = new(0);
    private readonly CancellationTokenSource _stop = new();
    private FileSystemWatcher? _watcher;
    private Task _watching = Task.CompletedTask;
    private Stamp _seen;

    /// <summary>Reads the file.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">What it holds is no full data-sync message.</exception>
    public FlagsFile(string path, DevServerOptions options)
    {
        FullPath = Path.GetFullPath(path);
        _options = options;
        _logger = options.LoggerFactory.CreateLogger<FlagsFile>();
        if (!File.Exists(FullPath))
            throw new FileNotFoundException($"there is no flags file {FullPath}", FullPath);

        _seen = Stamp.Of(FullPath);
        var time = options.StampOnStart ? Math.Min(_seen.UnixMilliseconds, Now) : 1;
        try
        {
            Current = FlagSet.Before(time - 1).Follow(Read(), time).Next;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{FullPath}: {e.Message}", e);
        }
    }

    public string FullPath { get; }

    public FlagSet Current { get; private set; }

    private long Now => _options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Tells of flags that no client with a secret of this environment will find.</summary>
    public void WarnOfOthersThan(EnvironmentSecret environment)
    {
        var prefix = environment.FlagId("");
        var others = Current.FlagIds.Count(id => !id.StartsWith(prefix, StringComparison.Ordinal));
        if (others > 0)
            LogOtherEnvironment(others, FullPath, prefix);
    }

    /// <summary>Follows the file from now on.</summary>
    /// <param name="changed">Told the new set and what changed, one call after another.</param>
    public void Watch(Action<FlagSet, FlagSet> changed)
    {
        _watcher = _options.WatchEvents ? StartWatcher() : null;
        _watching = Task.Run(() => FollowAsync(changed, _stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        _watcher?.Dispose();
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
        _signal.Dispose();
    }

    private FileSystemWatcher? StartWatcher()
    {
        try
        {
            var watcher = new FileSystemWatcher(Path.GetDirectoryName(FullPath)!, Path.GetFileName(FullPath));
            watcher.Changed += Signal;
            watcher.Created += Signal;
            watcher.Renamed += Signal;
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (IOException e)
        {
            // Out of watches, or a file system without them: looking at the file now and then does it too.
            LogNoEvents(e.Message);
            return null;
        }

        void Signal(object sender, FileSystemEventArgs e) => _signal.Release();
    }

    private async Task FollowAsync(Action<FlagSet, FlagSet> changed, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                // Real time whatever the clock in the options says: the file system keeps no other.
                var signalled = await _signal.WaitAsync(_options.PollInterval, stop);
                if (!signalled && Stamp.Of(FullPath) == _seen)
                    continue;

                while (await _signal.WaitAsync(Quiet, stop))
                {
                }

                Reload(changed);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private DataSync Read()
    {
        var data = HandWritten.Read(File.ReadAllBytes(FullPath));
        foreach (var doubt in Doubts.In(data))
            LogDoubt(FullPath, doubt);
        return data;
    }

    private void Reload(Action<FlagSet, FlagSet> changed)
    {
        // Taken first: a write during the read is seen as another change.
        _seen = Stamp.Of(FullPath);
        try
        {
            var (next, changes) = Current.Follow(Read(), Now);
            Current = next;
            LogRead(FullPath, changes.Count);
            if (changes.Count > 0)
                changed(next, changes);
        }
        catch (InvalidDataException e)
        {
            LogUnreadable(FullPath, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(FullPath, e.Message);
            // Gone or in use: what can be read later need not look any different then.
            _seen = default;
        }
    }

    [LoggerMessage(LogLevel.Debug, "read {Path}: {Changes} items changed")]
    private partial void LogRead(string path, int changes);

    [LoggerMessage(LogLevel.Warning, "{Path} is not taken, the flags stay as they were: {Reason}")]
    private partial void LogUnreadable(string path, string reason);

    [LoggerMessage(LogLevel.Warning, "{Path} is served, but: {Doubt}")]
    private partial void LogDoubt(string path, string doubt);

    [LoggerMessage(
        LogLevel.Warning,
        "{Count} flags of {Path} are not of the secret's environment, and clients will not find them: ids start with {Prefix}")]
    private partial void LogOtherEnvironment(int count, string path, string prefix);

    [LoggerMessage(LogLevel.Information, "the system does not tell of changes to the flags file ({Reason}): it is looked at now and then")]
    private partial void LogNoEvents(string reason);

    /// <summary>By what a change shows without reading. A file that is gone has the default.</summary>
    private readonly record struct Stamp(DateTime Written, long Length)
    {
        public long UnixMilliseconds => new DateTimeOffset(Written).ToUnixTimeMilliseconds();

        public static Stamp Of(string path)
        {
            try
            {
                var target = (FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
                return target.Exists ? new Stamp(target.LastWriteTimeUtc, target.Length) : default;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return default;
            }
        }
    }
}
