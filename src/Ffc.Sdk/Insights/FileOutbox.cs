using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace Ffc.Sdk.Insights;

/// <summary>
/// Keeps batches as files in a folder, one a batch, which processes of one machine may share:
/// <c>v1/{environment}/{id}.jsonl.gz</c> and <c>rejected/v1/{environment}/…</c>. Whoever sends a batch holds its file open for
/// itself, and so does whoever writes it; if that process dies, the file is free again.
/// </summary>
internal sealed partial class FileOutbox(string folder, TimeProvider clock, ILogger<FileOutbox> logger) : IInsightOutbox
{
    private const string Extension = ".jsonl.gz";
    private const string DraftExtension = ".tmp";
    private const string ReasonExtension = ".reason.json";

    // A draft that old was left behind: nobody takes that long to write a batch.
    private static readonly TimeSpan DraftsAbandonedAfter = TimeSpan.FromMinutes(1);

    // Nobody else may open it while we have it open. On Windows that would keep us from moving it, too.
    private static readonly FileShare Ours = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    private readonly string _version = $"v{InsightBatch.FormatVersion}";

    public Task PutAsync(InsightBatch batch, CancellationToken cancellationToken = default) =>
        WriteAsync(Path.Combine(FolderOf(batch.Environment), batch.Id + Extension), batch.Pack(), cancellationToken);

    public Task PutRejectedAsync(InsightBatch batch, InsightRejection rejection, CancellationToken cancellationToken = default) =>
        WriteRejectedAsync(RejectedFolderOf(batch.Environment), batch.Id + Extension, batch.Pack(), rejection, cancellationToken);

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

    /// <summary>The files of an environment, the oldest first.</summary>
    private List<string> Files(string environment)
    {
        var files = new DirectoryInfo(FolderOf(environment));
        if (!files.Exists)
            return [];

        var abandoned = (clock.GetUtcNow() - DraftsAbandonedAfter).UtcDateTime;
        return files.EnumerateFiles()
            .Where(file => file.Name.EndsWith(Extension, StringComparison.Ordinal)
                || (file.Name.EndsWith(DraftExtension, StringComparison.Ordinal) && file.LastWriteTimeUtc < abandoned))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => file.FullName)
            .ToList();
    }

    private async Task<IInsightClaim?> TryClaimAsync(string path, string environment, CancellationToken cancellationToken)
    {
        if (Open(path) is not { } file)
            return null;

        try
        {
            var packed = new byte[file.Length];
            await file.ReadExactlyAsync(packed, cancellationToken).ConfigureAwait(false);
            var batch = InsightBatch.Unpack(packed);
            if (batch.Environment != environment)
                throw new InvalidDataException("it belongs to another environment");
            return new Claim(this, file, batch);
        }
        catch (InvalidDataException e)
        {
            SetAside(path, environment, e.Message);
            await file.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a file for us alone; null when somebody else has it, or it is gone.</summary>
    private static FileStream? Open(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, Ours);

            // Between finding it and locking it, somebody may have sent and removed it: what we hold then has no name any more.
            if (File.Exists(path))
                return file;

            file.Dispose();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task WriteAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // Written beside it and moved into its place: what bears the name is whole, and is on the disk.
        var draft = path + DraftExtension;
        var file = new FileStream(draft, FileMode.Create, FileAccess.Write, Ours);
        await using (file.ConfigureAwait(false))
        {
            try
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
                File.Move(draft, path, overwrite: true);
            }
            catch
            {
                // Who wrote it knows that it is not here, and keeps it elsewhere: whoever took up the draft would send it, too.
                File.Delete(draft);
                throw;
            }
        }
    }

    private static async Task WriteRejectedAsync(
        string folder, string name, byte[] packed, InsightRejection rejection, CancellationToken cancellationToken)
    {
        await WriteAsync(
            Path.Combine(folder, name + ReasonExtension),
            JsonSerializer.SerializeToUtf8Bytes(rejection, OutboxJson.Default.InsightRejection),
            cancellationToken).ConfigureAwait(false);
        await WriteAsync(Path.Combine(folder, name), packed, cancellationToken).ConfigureAwait(false);
    }

    private void SetAside(string path, string environment, string fault)
    {
        var name = Path.GetFileName(path);
        var rejected = RejectedFolderOf(environment);
        Directory.CreateDirectory(rejected);
        File.WriteAllBytes(
            Path.Combine(rejected, name + ReasonExtension),
            JsonSerializer.SerializeToUtf8Bytes(
                new InsightRejection(0, $"cannot be read: {fault}", clock.GetUtcNow()), OutboxJson.Default.InsightRejection));
        File.Move(path, Path.Combine(rejected, name), overwrite: true);
        LogSetAside(name, fault);
    }

    private string FolderOf(string environment) => Path.Combine(folder, _version, environment);

    private string RejectedFolderOf(string environment) => Path.Combine(folder, "rejected", _version, environment);

    [LoggerMessage(EventId = 70, Level = LogLevel.Warning,
        Message = "The file {Name} in the outbox for insights cannot be read: {Fault}. It is kept with the rejected ones")]
    private partial void LogSetAside(string name, string fault);

    private sealed class Claim(FileOutbox outbox, FileStream file, InsightBatch batch) : IInsightClaim
    {
        public InsightBatch Batch => batch;

        public Task CompleteAsync(CancellationToken cancellationToken = default)
        {
            File.Delete(file.Name);
            return Task.CompletedTask;
        }

        public async Task RejectAsync(InsightRejection rejection, CancellationToken cancellationToken = default)
        {
            await outbox.PutRejectedAsync(batch, rejection, cancellationToken).ConfigureAwait(false);
            File.Delete(file.Name);
        }

        public async Task SplitAsync(InsightBatch first, InsightBatch second, CancellationToken cancellationToken = default)
        {
            await outbox.PutAsync(first, cancellationToken).ConfigureAwait(false);
            await outbox.PutAsync(second, cancellationToken).ConfigureAwait(false);
            File.Delete(file.Name);
        }

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }
}

/// <summary>The JSON context of what lies beside a rejected batch.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InsightRejection))]
internal sealed partial class OutboxJson : JsonSerializerContext;
