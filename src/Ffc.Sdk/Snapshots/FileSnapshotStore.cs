using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Snapshots;

/// <summary>
/// Stores snapshots as files in a folder that the processes of one machine may share. A file consists of one line of JSON, the
/// metadata, followed by the content.
/// </summary>
internal sealed class FileSnapshotStore(string folder) : ISnapshotStore
{
    private const int MaxHeaderBytes = 8 * 1024;
    private static readonly TimeSpan LockRetryDelay = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public async Task<SnapshotEntry?> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        if (OpenToRead(name) is not { } file)
            return null;

        await using (file.ConfigureAwait(false))
            return Deserialize(await ReadAsync(file, (int)file.Length, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<SnapshotEntry?> ReadMetadataAsync(string name, CancellationToken cancellationToken = default)
    {
        if (OpenToRead(name) is not { } file)
            return null;

        await using (file.ConfigureAwait(false))
        {
            var start = await ReadAsync(file, MaxHeaderBytes, cancellationToken).ConfigureAwait(false);
            return Deserialize(start) with { Content = default };
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryWriteAsync(
        string name, Snapshot snapshot, string? expectedETag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var path = GetPath(name);
        PrivateFile.CreateFolder(folder);
        using var fileLock = await LockAsync(path + ".lock", cancellationToken).ConfigureAwait(false);

        // Under the lock, a draft belongs to a process that ended while it wrote.
        AtomicFile.DeleteDrafts(path);
        var stored = await ReadMetadataAsync(name, cancellationToken).ConfigureAwait(false);
        if (stored?.ETag != expectedETag)
            return false;

        await AtomicFile.WriteAsync(path, Serialize(snapshot), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(FileStream file, int maxBytes, CancellationToken cancellationToken)
    {
        var bytes = new byte[maxBytes];
        var length = await file.ReadAtLeastAsync(bytes, maxBytes, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        return bytes.AsMemory(0, length);
    }

    private static ReadOnlyMemory<byte> Serialize(Snapshot snapshot)
    {
        var bytes = new ArrayBufferWriter<byte>(snapshot.Content.Length + MaxHeaderBytes);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in snapshot.Metadata)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        bytes.Write("\n"u8);
        bytes.Write(snapshot.Content.Span);
        return bytes.WrittenMemory;
    }

    private static SnapshotEntry Deserialize(ReadOnlyMemory<byte> bytes)
    {
        var headerLength = Math.Max(0, bytes.Span[..Math.Min(bytes.Length, MaxHeaderBytes)].IndexOf((byte)'\n'));
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(bytes[..headerLength]);
            foreach (var member in document.RootElement.EnumerateObject())
                metadata[member.Name] = member.Value.GetString() ?? "";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A damaged file is read as a snapshot without metadata: readers do not use it, and writers may replace it.
            metadata.Clear();
        }

        return new SnapshotEntry
        {
            Metadata = metadata,
            ETag = Convert.ToHexString(SHA256.HashData(bytes.Span[..headerLength])),
            Content = bytes[Math.Min(headerLength + 1, bytes.Length)..],
        };
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return PrivateFile.OpenOrCreate(path, FileShare.None);
            }
            catch (IOException exception) when (AtomicFile.IsInUse(exception) && !cancellationToken.IsCancellationRequested)
            {
                // Another writer has the lock.
                await Task.Delay(LockRetryDelay, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private string GetPath(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Path.GetFileName(name) == name
            ? Path.Combine(folder, name)
            : throw new ArgumentException("The name of a snapshot must be a file name.", nameof(name));
    }

    private FileStream? OpenToRead(string name)
    {
        var path = GetPath(name);
        try
        {
            const FileShare Share = FileShare.ReadWrite | FileShare.Delete;
            return new FileStream(path, FileMode.Open, FileAccess.Read, Share, bufferSize: 0, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
