using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ffc.Sdk.Internal;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Stores each batch as a file in a folder that processes on one machine may share: <c>v1/{environment}/{id}.jsonl.gz</c> and
/// <c>rejected/v1/{environment}/…</c>. A process that sends or writes a batch opens its file exclusively. If the process ends,
/// the operating system releases the file.
/// </summary>
internal sealed partial class FileOutbox(string folder, TimeProvider timeProvider, ILogger<FileOutbox> logger) : IInsightOutbox
{
    private const string Extension = ".jsonl.gz";
    private const string ReasonExtension = ".reason.json";

    // Writing a batch never takes that long, so the writer of an older draft has ended.
    private static readonly TimeSpan DraftsAbandonedAfter = TimeSpan.FromMinutes(1);

    private readonly string _version = $"v{InsightBatch.FormatVersion}";

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
        foreach (var path in Files(environment))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await TryClaimAsync(path, environment, cancellationToken).ConfigureAwait(false) is { } claim)
                yield return claim;
        }
    }

    public Task<int> CountAsync(string environment, CancellationToken cancellationToken = default) =>
        Task.FromResult(Files(environment).Count);

    /// <summary>The files of an environment, oldest first.</summary>
    private List<string> Files(string environment)
    {
        var files = new DirectoryInfo(FolderOf(environment));
        if (!files.Exists)
            return [];

        var abandoned = (timeProvider.GetUtcNow() - DraftsAbandonedAfter).UtcDateTime;
        return files.EnumerateFiles()
            .Where(file => file.Name.EndsWith(Extension, StringComparison.Ordinal)
                || (file.Name.EndsWith(AtomicFile.DraftExtension, StringComparison.Ordinal) && file.LastWriteTimeUtc < abandoned))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => file.FullName)
            .ToList();
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
            var batch = InsightBatch.Unpack(packed);
            if (batch.Environment != environment)
                throw new InvalidDataException("it belongs to another environment");
            return claim = new Claim(file, batch);
        }
        catch (InvalidDataException exception)
        {
            await SetAsideAsync(path, environment, exception.Message, cancellationToken).ConfigureAwait(false);
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
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
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
        LogSetAside(name, fault);
    }

    private string FolderOf(string environment) => Path.Combine(folder, _version, environment);

    private string RejectedFolderOf(string environment) => Path.Combine(folder, "rejected", _version, environment);

    [LoggerMessage(EventId = 70, Level = LogLevel.Warning,
        Message = "The file {Name} in the outbox for insights cannot be read: {Fault}. It was moved to the rejected batches")]
    private partial void LogSetAside(string name, string fault);

    private sealed class Claim(FileStream file, InsightBatch batch) : IInsightClaim
    {
        public InsightBatch Batch => batch;

        public Task CompleteAsync(CancellationToken cancellationToken = default)
        {
            File.Delete(file.Name);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }
}

/// <summary>The JSON context of the reasons for rejections.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InsightRejection))]
internal sealed partial class OutboxJson : JsonSerializerContext;
