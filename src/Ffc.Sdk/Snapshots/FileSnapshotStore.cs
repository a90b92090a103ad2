using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Ffc.Sdk.Snapshots;

/// <summary>
/// Keeps snapshots as files in a folder, for hosts that have a disk of their own, and for development. Several processes of one
/// machine may share the folder. A file is a line of JSON, the metadata, and then the content.
/// </summary>
/// <param name="folder">The folder. Made when missing.</param>
internal sealed class FileSnapshotStore(string folder) : ISnapshotStore
{
    private const int MaxHeadBytes = 8 * 1024;
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public async Task<StoredSnapshot?> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        if (Open(name) is not { } file)
            return null;

        await using (file.ConfigureAwait(false))
        {
            var bytes = new byte[file.Length];
            var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var (head, line) = ReadHead(bytes.AsMemory(0, length));
            return new StoredSnapshot(new Snapshot(head.Metadata, bytes.AsMemory(Math.Min(line + 1, length)..length)), head.Tag);
        }
    }

    /// <inheritdoc/>
    public async Task<SnapshotHead?> ReadHeadAsync(string name, CancellationToken cancellationToken = default)
    {
        if (Open(name) is not { } file)
            return null;

        await using (file.ConfigureAwait(false))
        {
            var bytes = new byte[MaxHeadBytes];
            var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return ReadHead(bytes.AsMemory(0, length)).Head;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryWriteAsync(
        string name, Snapshot snapshot, string? replacedTag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Directory.CreateDirectory(folder);
        using var turn = await LockAsync(PathOf(name) + ".lock", cancellationToken).ConfigureAwait(false);
        var stored = await ReadHeadAsync(name, cancellationToken).ConfigureAwait(false);
        if (stored?.Tag != replacedTag)
            return false;

        // Written beside it and moved into its place: who reads meanwhile, or after a crash, finds a whole snapshot.
        var draft = PathOf(name) + ".tmp";
        var file = new FileStream(draft, FileMode.Create, FileAccess.Write);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(WriteHead(snapshot.Metadata), cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(snapshot.Content, cancellationToken).ConfigureAwait(false);
        }

        File.Move(draft, PathOf(name), overwrite: true);
        return true;
    }

    private static ReadOnlyMemory<byte> WriteHead(IReadOnlyDictionary<string, string> metadata)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in metadata)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenMemory;
    }

    private static (SnapshotHead Head, int Length) ReadHead(ReadOnlyMemory<byte> bytes)
    {
        var end = bytes.Span[..Math.Min(bytes.Length, MaxHeadBytes)].IndexOf((byte)'\n');
        var line = end < 0 ? bytes[..0] : bytes[..end];
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(line);
            foreach (var member in document.RootElement.EnumerateObject())
                metadata[member.Name] = member.Value.GetString() ?? "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What nobody can read has no metadata: the reader says so, and a writer may replace it.
            metadata.Clear();
        }

        return (new SnapshotHead(metadata, Convert.ToHexString(SHA256.HashData(line.Span))), line.Length);
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        using var retry = new PeriodicTimer(LockRetry);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!cancellationToken.IsCancellationRequested)
            {
                // Another process writes. (Where it is something else, the attempt after the last wait says what.)
                await retry.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Path.GetFileName(name) == name
            ? Path.Combine(folder, name)
            : throw new ArgumentException("A snapshot's name must be a file's name.", nameof(name));
    }

    private FileStream? Open(string name)
    {
        try
        {
            return new FileStream(
                PathOf(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
