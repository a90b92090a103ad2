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
    /// <param name="sizeHint">The expected size of the result, in bytes. A correct value avoids copies.</param>
    /// <exception cref="InvalidDataException">The data is damaged, truncated or inflates to more than the limit.</exception>
    public static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> gzip, int maxBytes, int sizeHint = 0)
    {
        var bytes = MemoryMarshal.TryGetArray(gzip, out var array) ? array : new ArraySegment<byte>(gzip.ToArray());
        using var source = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        using var inflater = new GZipStream(source, CompressionMode.Decompress);
        var content = new ArrayBufferWriter<byte>(Math.Clamp(sizeHint + 1, 256, maxBytes));
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
}
