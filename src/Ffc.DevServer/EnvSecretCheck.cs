using System.Security.Cryptography;
using System.Text;
using Ffc.DevServer.Servers;

namespace Ffc.DevServer;

/// <summary>Compares secrets with the secret of the server in constant time.</summary>
internal sealed class EnvSecretCheck(string secret, DevProtocol protocol)
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);
    private readonly byte[] _unpaddedSecret = Encoding.UTF8.GetBytes(secret.TrimEnd('='));

    public bool MatchesHeader(HttpRequest request) => AreEqual(request.Headers[protocol.SecretHeader].ToString(), _secret);

    /// <summary>Compares the secret in the header of an upgrade request, if the protocol has one.</summary>
    public bool MatchesStreamHeader(HttpRequest request) => !protocol.RequiresHeaderOnStream || MatchesHeader(request);

    /// <summary>Compares the secret of a token, which has no padding.</summary>
    public bool MatchesToken(string unpaddedSecret) => AreEqual(unpaddedSecret, _unpaddedSecret);

    private static bool AreEqual(string text, byte[] expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), expected);
}
