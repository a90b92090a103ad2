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
    /// <param name="format">The format of the data of the configured server, also if there is no bootstrap data.</param>
    /// <exception cref="ArgumentException">The data cannot be read; the message names the setting and the error.</exception>
    public static DataSync? Read(FfcOptions options, out WireFormat format)
    {
        var (setting, utf8) = options switch
        {
            { Bootstrap: { } json } => ($"{options.SettingPrefix}Bootstrap", Encoding.UTF8.GetBytes(json)),
            { BootstrapPath: { } path } => ($"{options.SettingPrefix}BootstrapPath", ReadFile(path, options.SettingPrefix)),
            _ => ("", []),
        };
        var message = utf8.AsSpan().TrimStart("\uFEFF"u8);
        try
        {
            format = ServerProtocol.FormatOf(options.EnvSecret, message);
            if (setting.Length == 0)
                return null;

            var sync = format.ReadMessage(message) ?? throw new ProtocolException("its messageType is not data-sync");
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

    private static byte[] ReadFile(string path, string settingPrefix)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or NotSupportedException or ArgumentException)
        {
            throw new ArgumentException(
                $"{settingPrefix}BootstrapPath: cannot read '{path}': {exception.SafeMessage()}", exception);
        }
    }
}
