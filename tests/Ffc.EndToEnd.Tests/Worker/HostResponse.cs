using System.Text;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>A response with the headers that the app set. Two responses are equal if every byte of the body is.</summary>
internal sealed record HostResponse(int Status, string Headers, string BodyHex)
{
    /// <summary>Headers that belong to the connection or to the server.</summary>
    public static readonly IReadOnlySet<string> OfConnection = new HashSet<string>(
        ["Connection", "Content-Length", "Date", "Server", "Transfer-Encoding"], StringComparer.OrdinalIgnoreCase);

    public string Body => Encoding.UTF8.GetString(Convert.FromHexString(BodyHex));

    public override string ToString() => $"{Status}\n{Headers}\n{Body}";
}
