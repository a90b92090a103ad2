using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.Sdk.Protocol;

/// <summary>Selects the protocol. The form of the environment secret identifies the server.</summary>
internal static class ServerProtocol
{
    /// <summary>Parses a secret and returns the protocol of its server.</summary>
    /// <exception cref="FormatException">
    /// The secret is not valid. The message gives the reason and repeats no part of it.
    /// </exception>
    public static IServerProtocol Parse(string envSecret) => new FfcProtocol(EnvironmentSecret.Parse(envSecret));

    /// <summary>
    /// Returns the format of bootstrap data: the format of the secret's server, or FFC's format if there is no secret.
    /// </summary>
    public static WireFormat BootstrapFormat(FfcOptions options) =>
        string.IsNullOrWhiteSpace(options.EnvSecret) ? FfcWireFormat.Instance : Parse(options.EnvSecret).Format;
}
