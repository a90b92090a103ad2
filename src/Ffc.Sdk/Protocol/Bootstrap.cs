using System.Text;

namespace Ffc.Sdk.Protocol;

/// <summary>Reads the data that the options give a client to start with.</summary>
internal static class BootstrapData
{
    /// <summary>Reads the bootstrap; null when there is none.</summary>
    /// <exception cref="ArgumentException">It cannot be read; the message names the setting and the fault.</exception>
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
            return ServerMessage.Read(utf8.AsSpan().TrimStart("\uFEFF"u8)) is { } sync
                ? sync with { IsFull = true }
                : throw new ProtocolException("its messageType is not data-sync");
        }
        catch (ProtocolException e)
        {
            throw new ArgumentException($"{setting}: must hold a data-sync message as a server sends it: {e.Message}.", nameof(options));
        }
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ArgumentException($"Ffc:BootstrapPath: '{path}' cannot be read: {e.Message}", e);
        }
    }
}
