using System.Security.Cryptography;
using System.Text;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer;

/// <summary>Tells the server's secret from others, in a time that does not depend on where they differ.</summary>
internal sealed class EnvSecretCheck(string secret)
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);
    private readonly byte[] _unpadded = Encoding.UTF8.GetBytes(secret.TrimEnd('='));

    public bool HeaderHolds(HttpRequest request) => Same(request.Headers[Wire.SecretHeader].ToString(), _secret);

    /// <summary>Compares with what a token carries: the secret without its padding.</summary>
    public bool IsUnpadded(string text) => Same(text, _unpadded);

    private static bool Same(string text, byte[] expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), expected);
}
