using System.Reflection;

namespace Ffc.Sdk.Protocol;

/// <summary>The headers that the client sends to all servers.</summary>
internal static class SdkHeaders
{
    public static readonly KeyValuePair<string, string> UserAgent = new(
        "User-Agent",
        "ffc-dotnet-server-sdk/" + typeof(SdkHeaders).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]);
}
