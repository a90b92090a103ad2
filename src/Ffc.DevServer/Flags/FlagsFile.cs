using Ffc.DevServer.Servers;
using Ffc.Sdk.Internal;

namespace Ffc.DevServer.Flags;

/// <summary>Reads the flags file at start-up, reloads it when it changes, and edits it.</summary>
internal sealed partial class FlagsFile : IAsyncDisposable
{
    // Editors cause several events per save. The file is read after the last event.
    private static readonly TimeSpan DebounceInterval = TimeSpan.FromMilliseconds(50);

    // An edit is applied to the new content if another program writes the file at the same time.
    private const int MaxEditAttempts = 20;

    private readonly DevServerOptions _options;
    private readonly DevProtocol _protocol;
    private readonly FlagsFileParser _parser;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _changeSignal = new(0);
    private readonly CancellationTokenSource _stoppingCts = new();

    // Held while the file is read and applied, or written and applied.
    private readonly SemaphoreSlim _gate = new(1);
    private FileSystemWatcher? _watcher;
    private Task _watchTask = Task.CompletedTask;
    private Func<FlagsDocument, int> _onChanged = _ => 0;

    // Guarded by _gate. The content that was read or written last, valid or not.
    private byte[] _lastContent;

    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is not a valid flags file.</exception>
    public FlagsFile(string path, DevServerOptions options, DevProtocol protocol, FlagsFileParser parser)
    {
        FullPath = Path.GetFullPath(path);
        _options = options;
        _protocol = protocol;
        _parser = parser;
        _logger = options.LoggerFactory.CreateLogger<FlagsFile>();
        if (!File.Exists(FullPath))
            throw new FileNotFoundException($"the flags file {FullPath} does not exist", FullPath);

        LastWritten = new FileInfo(ResolveLink()).LastWriteTimeUtc;
        _lastContent = File.ReadAllBytes(FullPath);
        try
        {
            Current = FlagsDocument.Parse(_lastContent, _parser);
            LogWarnings(Current);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{FullPath}: {exception.Message}", exception);
        }
    }

    public string FullPath { get; }

    /// <summary>The time when the file was written before the server read it.</summary>
    public DateTimeOffset LastWritten { get; }

    /// <summary>The last valid content.</summary>
    public FlagsDocument Current { get; private set; }

    /// <summary>Why the file as it is now is not in effect; null if it is in effect.</summary>
    public string? Error { get; private set; }

    /// <summary>Is raised when <see cref="Error"/> becomes another one while the content stays the same.</summary>
    public event Action? ErrorChanged;

    /// <summary>Starts watching the file.</summary>
    /// <param name="onChanged">Receives the new content and returns the number of changed items. Calls do not overlap.</param>
    public void Watch(Func<FlagsDocument, int> onChanged)
    {
        _onChanged = onChanged;
        _watcher = _options.WatchEvents ? StartWatcher() : null;
        _watchTask = Task.Run(() => WatchAsync(_stoppingCts.Token));
    }

    /// <summary>
    /// Reads the file, edits its text, and writes it atomically. The result is applied before the returned task completes.
    /// </summary>
    /// <param name="edit">
    /// Returns the new text for the current content. Throws <see cref="InvalidDataException"/> to refuse.
    /// </param>
    /// <param name="check">Returns the result for the new content; it is written only if the result has no errors.</param>
    /// <param name="cancellationToken">Cancels the edit.</param>
    public async Task<FlagEdit> EditAsync(
        Func<FlagsDocument, byte[]> edit, Func<FlagsDocument, FlagEdit> check, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            for (var i = 0; i < MaxEditAttempts; i++)
            {
                var document = ReadForEdit();
                var next = document.With(edit(document));
                var result = check(next);
                if (!result.Succeeded)
                    return result;
                if (!await TryWriteAsync(next.File, document.File, cancellationToken))
                    continue;

                _lastContent = next.File.ToArray();
                ApplyNeedsGate(next);
                return result;
            }

            return FlagEdit.Refused(
                "The flags file was not written, because another program changes it all the time. Try again.");
        }
        catch (InvalidDataException exception)
        {
            return FlagEdit.Refused(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return FlagEdit.Refused($"The flags file cannot be written: {exception.Message}");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            ReportNeedsGate(exception);
            return FlagEdit.Refused(Describe(exception));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Parses the content again, because other flags that it refers to have changed, and applies it.</summary>
    public async Task ReapplyAsync()
    {
        await _gate.WaitAsync();
        try
        {
            try
            {
                ApplyNeedsGate(FlagsDocument.Parse(_lastContent, _parser));
            }
            catch (InvalidDataException exception)
            {
                // The last valid content is combined with the other flags.
                ReportNeedsGate(exception);
                _onChanged(Current);
            }
        }
        catch (Exception exception)
        {
            ReportNeedsGate(exception);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _watcher?.Dispose();
        await _stoppingCts.CancelAsync();
        await _watchTask;
        _stoppingCts.Dispose();
        _changeSignal.Dispose();
    }

    // A link stays a link: the file that it refers to is read for its time, and written.
    private string ResolveLink() => File.ResolveLinkTarget(FullPath, returnFinalTarget: true)?.FullName ?? FullPath;

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

    private async Task WatchAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // Real time instead of the options' TimeProvider, because file events occur in real time.
                if (await _changeSignal.WaitAsync(_options.PollInterval, stoppingToken))
                {
                    while (await _changeSignal.WaitAsync(DebounceInterval, stoppingToken))
                    {
                    }
                }

                await ReloadAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private void LogWarnings(FlagsDocument document)
    {
        foreach (var warning in _protocol.Lint(document.Data))
            LogLintWarning(FullPath, warning);
    }

    private async Task ReloadAsync(CancellationToken stoppingToken)
    {
        await _gate.WaitAsync(stoppingToken);
        try
        {
            // The content, because a file can be replaced by one with the same length and time. Edits of the server itself are
            // already applied.
            var content = File.ReadAllBytes(FullPath);
            if (content.AsSpan().SequenceEqual(_lastContent))
                return;

            _lastContent = content;
            var document = FlagsDocument.Parse(content, _parser);
            LogWarnings(document);
            ApplyNeedsGate(document);
        }
        catch (Exception exception)
        {
            // The loop must not end: the next content may be valid.
            ReportNeedsGate(exception);
        }
        finally
        {
            _gate.Release();
        }
    }

    private void ApplyNeedsGate(FlagsDocument document)
    {
        // The handler reads the error.
        var before = Error;
        Error = null;
        try
        {
            var changes = new Counted(_onChanged(document), "item");
            Current = document;
            LogReloaded(FullPath, changes);
        }
        catch
        {
            Error = before;
            throw;
        }
    }

    // A file that cannot be read is tried again and again; the reason is logged once.
    private void ReportNeedsGate(Exception exception)
    {
        var error = Describe(exception);
        if (Error == error)
            return;

        Error = error;
        if (IsExpected(exception))
            LogChangeIgnored(FullPath, error);
        else
            LogUnexpected(exception, FullPath);
        ErrorChanged?.Invoke();
    }

    private static bool IsExpected(Exception exception) =>
        exception is InvalidDataException or IOException or UnauthorizedAccessException;

    private static string Describe(Exception exception) => IsExpected(exception)
        ? exception.Message
        : $"an unexpected error of the server, which is in its log: {exception.Message}";

    private FlagsDocument ReadForEdit()
    {
        var content = File.ReadAllBytes(FullPath);
        if (content.AsSpan().SequenceEqual(Current.File.Span))
            return Current;

        try
        {
            return FlagsDocument.Parse(content, _parser);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"The flags file is invalid: {exception.Message}. Correct the file first.");
        }
    }

    // False if another program has changed the file since it was read.
    private Task<bool> TryWriteAsync(ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> read, CancellationToken cancellationToken)
    {
        var path = ResolveLink();

        // The file is replaced, which its own permissions do not prevent.
        if (File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly))
            throw new UnauthorizedAccessException($"{path} is read-only. Make it writable, such as with chmod u+w.");
        var mode = OperatingSystem.IsWindows() ? default(UnixFileMode?) : File.GetUnixFileMode(path);
        return AtomicFile.TryWriteAsync(
            path, content, () => File.ReadAllBytes(path).AsSpan().SequenceEqual(read.Span), cancellationToken, mode);
    }

    [LoggerMessage(EventId = 180, Level = LogLevel.Debug, Message = "Reloaded {Path}: {Changes} changed")]
    private partial void LogReloaded(string path, Counted changes);

    [LoggerMessage(
        EventId = 181,
        Level = LogLevel.Warning,
        Message = "Ignored a change to {Path}; the previous flags stay in effect: {Reason}")]
    private partial void LogChangeIgnored(string path, string reason);

    [LoggerMessage(EventId = 182, Level = LogLevel.Warning, Message = "Possible mistake in {Path}: {Warning}")]
    private partial void LogLintWarning(string path, string warning);

    [LoggerMessage(
        EventId = 190,
        Level = LogLevel.Error,
        Message = "The content of {Path} cannot be served because of an unexpected error; the server reads the next change")]
    private partial void LogUnexpected(Exception exception, string path);

    [LoggerMessage(
        EventId = 184,
        Level = LogLevel.Information,
        Message = "File watching is not available ({Reason}); polling the flags file instead")]
    private partial void LogWatchingUnavailable(string reason);
}
