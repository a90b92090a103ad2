using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ffc.Sdk;

/// <summary>
/// Keeps snapshots as files in a folder, for hosts that have a disk of their own, and for development. Several processes of one
/// machine may share the folder. A file is a line of JSON, the metadata, and then the content.
/// </summary>
/// <param name="folder">The folder. Made when missing.</param>
public sealed class FileSnapshotStore(string folder) : ISnapshotStore
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
            var (head, start) = ReadHead(bytes.AsMemory(0, length));
            return new StoredSnapshot(new Snapshot(head.Metadata, bytes.AsMemory(start..length)), head.Tag);
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

    private static byte[] WriteHead(IReadOnlyDictionary<string, string> metadata) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(metadata), SnapshotFileJson.Default.DictionaryStringString), (byte)'\n'];

    private static (SnapshotHead Head, int Length) ReadHead(ReadOnlyMemory<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, MaxHeadBytes)];
        var end = bytes.Span.IndexOf((byte)'\n');
        var line = end < 0 ? bytes : bytes[..end];
        var tag = Convert.ToHexString(SHA256.HashData(line.Span));
        try
        {
            var metadata = JsonSerializer.Deserialize(line.Span, SnapshotFileJson.Default.DictionaryStringString);
            return (new SnapshotHead(metadata ?? [], tag), Math.Min(line.Length + 1, bytes.Length));
        }
        catch (JsonException)
        {
            // What nobody can read has no metadata: the reader says so, and a writer may replace it.
            return (new SnapshotHead(new Dictionary<string, string>(), tag), 0);
        }
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

/// <summary>The JSON context of the line that begins a snapshot file.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class SnapshotFileJson : JsonSerializerContext;
