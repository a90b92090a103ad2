using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Ffc.Sdk.Internal;

/// <summary>Inflates gzip data from untrusted sources.</summary>
internal static class Gzip
{
    /// <summary>Inflates gzip data.</summary>
    /// <param name="gzip">The data.</param>
    /// <param name="maxBytes">The largest result that is accepted, in bytes, so that a gzip bomb cannot fill the memory.</param>
    /// <exception cref="InvalidDataException">The data is damaged, truncated or inflates to more than the limit.</exception>
    public static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> gzip, int maxBytes)
    {
        using var inflater = OpenRead(gzip);
        var content = new ArrayBufferWriter<byte>();
        try
        {
            for (int read; (read = inflater.Read(content.GetSpan())) > 0;)
            {
                content.Advance(read);
                if (content.WrittenCount > maxBytes)
                    throw new InvalidDataException($"it is larger than {maxBytes / (1024 * 1024)} MiB");
            }
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("it is truncated", exception);
        }

        return content.WrittenMemory;
    }

    /// <summary>
    /// Opens gzip data for reading. Damaged data results in <see cref="InvalidDataException"/> or
    /// <see cref="EndOfStreamException"/>.
    /// </summary>
    public static Stream OpenRead(ReadOnlyMemory<byte> gzip)
    {
        var bytes = MemoryMarshal.TryGetArray(gzip, out var array) ? array : new ArraySegment<byte>(gzip.ToArray());
        var source = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        return new GZipStream(source, CompressionMode.Decompress);
    }
}
