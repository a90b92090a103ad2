using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Internal;

namespace Ffc.Sdk.Protocol;

/// <summary>Reads the bootstrap data from the options.</summary>
internal static class Bootstrap
{
    /// <summary>
    /// Reads the bootstrap data; null if none is configured, or if it is the empty answer that a FeatBit server also gives for
    /// the secret of an environment that does not exist.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <param name="prepareItems">Returns what prepares the items of a message.</param>
    /// <param name="format">The format of the data of the configured server, also if there is no bootstrap data.</param>
    /// <exception cref="ArgumentException">The data cannot be read; the message names the setting and the error.</exception>
    public static DataSync? Read(FfcOptions options, Func<ItemPreparation> prepareItems, out WireFormat format)
    {
        switch (options)
        {
            case { Bootstrap: { } json }:
                using (var utf8 = new MemoryStream(Encoding.UTF8.GetBytes(json), writable: false))
                    return Read(options, $"{options.SettingPrefix}Bootstrap", utf8, prepareItems, out format);
            case { BootstrapPath: { } path }:
                return ReadFile(options, path, prepareItems, out format);
            default:
                format = ServerProtocol.FormatOf(options.EnvSecret, default);
                return null;
        }
    }

    private static DataSync? ReadFile(
        FfcOptions options, string path, Func<ItemPreparation> prepareItems, out WireFormat format)
    {
        var setting = $"{options.SettingPrefix}BootstrapPath";
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (file.CanSeek)
                return Read(options, setting, file, prepareItems, out format);

            // A pipe.
            using var utf8 = new MemoryStream();
            file.CopyTo(utf8);
            return Read(options, setting, utf8, prepareItems, out format);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ArgumentException($"{setting}: cannot read '{path}': {exception.SafeMessage()}", exception);
        }
        catch (ArgumentException exception) when (exception.ParamName is not null)
        {
            // Not a path.
            throw new ArgumentException($"{setting}: cannot read '{path}': {exception.SafeMessage()}", exception);
        }
    }

    private static DataSync? Read(
        FfcOptions options, string setting, Stream utf8, Func<ItemPreparation> prepareItems, out WireFormat format)
    {
        try
        {
            var sync = ServerProtocol.Read(options.EnvSecret, format => ReadMessage(utf8, format, prepareItems), out format)
                ?? throw new ProtocolException("its messageType is not data-sync");
            return sync is { Flags: [], Segments: [], InvalidItems: [] } && !format.IsEmptyAnswerReliable
                ? null
                : sync with { IsFull = true };
        }
        catch (ProtocolException exception)
        {
            throw new ArgumentException(
                $"{setting}: must be a data-sync message as a server sends it: {exception.SafeMessage()}.", exception);
        }
    }

    private static DataSync? ReadMessage(Stream utf8, WireFormat format, Func<ItemPreparation> prepareItems)
    {
        // Editors may add a byte order mark.
        utf8.Position = 0;
        Span<byte> start = stackalloc byte[3];
        if (utf8.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.SequenceEqual("\uFEFF"u8))
            utf8.Position = 0;

        var reader = new MessageReader(format, prepareItems);
        for (int count; (count = utf8.Read(reader.GetMemory().Span)) > 0;)
            reader.Advance(count);
        return reader.Complete();
    }
}
