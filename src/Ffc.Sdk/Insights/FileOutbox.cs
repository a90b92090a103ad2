using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ffc.Sdk.Internal;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Stores each batch as a file in a folder that processes on one machine may share: <c>v1/{environment}/{id}.jsonl.gz</c> and
/// <c>rejected/v1/{environment}/…</c>. A process that sends or writes a batch opens its file exclusively. If the process ends,
/// the operating system releases the file. The process also marks the file, in an unused field of its gzip header, until it
/// releases the file; a mark in a free file shows that a process ended while it sent the batch.
/// </summary>
internal sealed partial class FileOutbox(string folder, TimeProvider timeProvider, ILogger<FileOutbox> logger) : IInsightOutbox
{
    private const string Extension = ".jsonl.gz";
    private const string ReasonExtension = ".reason.json";

    // Writing a batch never takes that long, so the writer of an older draft has ended.
    private static readonly TimeSpan DraftsAbandonedAfter = TimeSpan.FromMinutes(1);

    // The time of the original file (RFC 1952), which is 0 in a packed batch. Readers of gzip ignore it.
    private const int MarkOffset = 4;

    private readonly string _version = $"v{InsightBatch.FormatVersion}";

    /// <summary>Creates the folder of an environment, and writes a file in it, which is deleted.</summary>
    /// <exception cref="Exception">The folder cannot be written.</exception>
    public void CheckAccess(string environment)
    {
        var path = Path.Combine(FolderOf(environment), $"{Guid.NewGuid():N}{AtomicFile.DraftExtension}");
        PrivateFile.CreateFolder(FolderOf(environment));
        using (var file = PrivateFile.OpenOrCreate(path, FileShare.None))
            file.WriteByte(0);
        File.Delete(path);
    }

    public Task PutAsync(InsightBatch batch, CancellationToken cancellationToken = default) =>
        AtomicFile.WriteAsync(Path.Combine(FolderOf(batch.Environment), batch.Id + Extension), batch.Pack(), cancellationToken);

    public async Task PutRejectedAsync(
        InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken = default)
    {
        var path = Path.Combine(RejectedFolderOf(batch.Environment), batch.Id + Extension);
        await WriteReasonAsync(path, rejection, cancellationToken).ConfigureAwait(false);
        await AtomicFile.WriteAsync(path, batch.Pack(), cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<IInsightClaim> ClaimAsync(
        string environment, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var problems = new List<InsightBatchException>();
        foreach (var path in Files(environment))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await TryClaimAsync(path, environment, problems, cancellationToken).ConfigureAwait(false) is { } claim)
                yield return claim;
        }

        if (problems.Count > 0)
            throw problems[0];
    }

    public Task<int> CountAsync(string environment, CancellationToken cancellationToken = default) =>
        Task.FromResult(Files(environment).Count);

    /// <summary>The files of an environment, oldest first.</summary>
    private List<string> Files(string environment)
    {
        var abandoned = (timeProvider.GetUtcNow() - DraftsAbandonedAfter).UtcDateTime;
        try
        {
            return new DirectoryInfo(FolderOf(environment)).EnumerateFiles()
                .Where(file => file.Name.EndsWith(Extension, StringComparison.Ordinal)
                    || (file.Name.EndsWith(AtomicFile.DraftExtension, StringComparison.Ordinal)
                        && file.LastWriteTimeUtc < abandoned))
                .OrderBy(file => file.Name, StringComparer.Ordinal)
                .Select(file => file.FullName)
                .ToList();
        }
        catch (DirectoryNotFoundException)
        {
            // No batch is stored yet. A folder that cannot be read is an error; Directory.Exists would be false for both.
            return [];
        }
    }

    private async Task<IInsightClaim?> TryClaimAsync(
        string path, string environment, List<InsightBatchException> problems, CancellationToken cancellationToken)
    {
        try
        {
            return await TryClaimAsync(path, environment, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(new InsightBatchException(
                $"the file {Path.GetFileName(path)} cannot be opened or moved to the rejected batches: {exception.SafeMessage()}",
                exception));
            return null;
        }
    }

    private async Task<IInsightClaim?> TryClaimAsync(string path, string environment, CancellationToken cancellationToken)
    {
        if (TryOpen(path) is not { } file)
            return null;

        Claim? claim = null;
        try
        {
            var packed = new byte[file.Length];
            await file.ReadExactlyAsync(packed, cancellationToken).ConfigureAwait(false);
            var id = Path.GetFileName(path).Split(Extension)[0];
            var batch = InsightBatch.Unpack(packed, environment, id);
            return claim = new Claim(file, batch, isMarked: packed[MarkOffset] != 0);
        }
        catch (InvalidDataException exception)
        {
            await SetAsideAsync(path, environment, exception.SafeMessage(), cancellationToken).ConfigureAwait(false);
            return null;
        }
        finally
        {
            if (claim is null)
                await file.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Opens a file exclusively; null if another process has it open, or it no longer exists.</summary>
    private static FileStream? TryOpen(string path)
    {
        try
        {
            var file = AtomicFile.OpenExclusively(path);

            // Another process may have sent and deleted it before it was opened.
            if (File.Exists(path))
                return file;

            file.Dispose();
            return null;
        }
        catch (Exception exception)
            when (exception is FileNotFoundException or DirectoryNotFoundException || AtomicFile.IsInUse(exception))
        {
            return null;
        }
    }

    private static Task WriteReasonAsync(string path, InsightRejection rejection, CancellationToken cancellationToken) =>
        AtomicFile.WriteAsync(
            path + ReasonExtension,
            JsonSerializer.SerializeToUtf8Bytes(rejection, OutboxJson.Default.InsightRejection),
            cancellationToken);

    private async Task SetAsideAsync(string path, string environment, string fault, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        var rejected = Path.Combine(RejectedFolderOf(environment), name);
        var rejection = new InsightRejection { Reason = $"cannot be read: {fault}", Time = timeProvider.GetUtcNow() };
        await WriteReasonAsync(rejected, rejection, cancellationToken).ConfigureAwait(false);
        File.Move(path, rejected, overwrite: true);
        PrivateFile.Protect(rejected);
        LogSetAside(name, fault);
    }

    private string FolderOf(string environment) => Path.Combine(folder, _version, environment);

    private string RejectedFolderOf(string environment) => Path.Combine(folder, "rejected", _version, environment);

    [LoggerMessage(EventId = 70, Level = LogLevel.Warning,
        Message = "The file {Name} in the outbox for insights cannot be read: {Fault}. It was moved to the rejected batches")]
    private partial void LogSetAside(string name, string fault);

    private sealed class Claim : IInsightClaim
    {
        private readonly FileStream _file;
        private bool _isCompleted;

        public Claim(FileStream file, InsightBatch batch, bool isMarked)
        {
            (_file, Batch, MayBeDelivered) = (file, batch, isMarked);
            Mark(1);
        }

        public InsightBatch Batch { get; }

        public bool MayBeDelivered { get; }

        public Task CompleteAsync(CancellationToken cancellationToken = default)
        {
            File.Delete(_file.Name);
            _isCompleted = true;
            return Task.CompletedTask;
        }

        public async ValueTask DisposeAsync()
        {
            await using (_file.ConfigureAwait(false))
            {
                if (!_isCompleted)
                    Mark(0);
            }
        }

        private void Mark(byte value) => RandomAccess.Write(_file.SafeFileHandle, [value], MarkOffset);
    }
}

/// <summary>The JSON context of the reasons for rejections.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InsightRejection))]
internal sealed partial class OutboxJson : JsonSerializerContext;
