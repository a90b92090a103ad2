using System.Text;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Protocol.Ffc;

namespace Ffc.Sdk.Tests.TestData;

/// <summary>Creates the messages of a server.</summary>
internal static class MessageJson
{
    public static string Full(params IEnumerable<ItemJson> items) => DataSync("full", items);

    public static string Patch(params IEnumerable<ItemJson> items) => DataSync("patch", items);

    /// <summary>Reads a message as the client does.</summary>
    public static DataSync Read(string message) =>
        FfcWireFormat.Instance.ReadMessage(Encoding.UTF8.GetBytes(message))
        ?? throw new InvalidOperationException("The message is not a data-sync.");

    private static string DataSync(string eventType, IEnumerable<ItemJson> items)
    {
        var flags = string.Join(',', items.Where(item => !item.IsSegment).Select(item => item.Json.ToJsonString()));
        var segments = string.Join(',', items.Where(item => item.IsSegment).Select(item => item.Json.ToJsonString()));
        var data = $$"""{"eventType":"{{eventType}}","featureFlags":[{{flags}}],"segments":[{{segments}}]}""";
        return $$"""{"messageType":"data-sync","data":{{data}}}""";
    }
}
