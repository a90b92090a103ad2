using System.Text;
using Ffc.Sdk.Flags;

namespace Ffc.Sdk.Protocol;

/// <summary>Reads the bootstrap data from the options.</summary>
internal static class Bootstrap
{
    /// <summary>Reads the bootstrap data; null when none is configured.</summary>
    /// <exception cref="ArgumentException">The data cannot be read; the message names the setting and the error.</exception>
    public static DataSync? Read(FfcOptions options)
    {
        var (setting, utf8) = options switch
        {
            { Bootstrap: { } json } => ("Ffc:Bootstrap", Encoding.UTF8.GetBytes(json)),
            { BootstrapPath: { } path } => ("Ffc:BootstrapPath", ReadFile(path)),
            _ => ("", []),
        };
        if (setting.Length == 0)
            return null;

        try
        {
            return ServerProtocol.BootstrapFormat(options).ReadMessage(utf8.AsSpan().TrimStart("\uFEFF"u8)) is { } sync
                ? sync with { IsFull = true }
                : throw new ProtocolException("its messageType is not data-sync");
        }
        catch (ProtocolException exception)
        {
            throw new ArgumentException(
                $"{setting}: must be a data-sync message as a server sends it: {exception.Message}.", nameof(options));
        }
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or NotSupportedException or ArgumentException)
        {
            throw new ArgumentException($"Ffc:BootstrapPath: cannot read '{path}': {exception.Message}", exception);
        }
    }
}
