using System.Text.Json;
using Ffc.Sdk.Protocol;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>A data-sync message from the server.</summary>
internal sealed class SyncFrame
{
    private readonly JsonElement _data;

    public SyncFrame(string frame)
    {
        var message = JsonDocument.Parse(frame).RootElement;
        Assert.Equal(Wire.DataSync, message.GetProperty("messageType").GetString());
        _data = message.GetProperty("data");
    }

    public string? EventType => _data.GetProperty("eventType").GetString();

    public JsonElement[] Flags => [.. _data.GetProperty("featureFlags").EnumerateArray()];

    public JsonElement[] Segments => [.. _data.GetProperty("segments").EnumerateArray()];

    public IEnumerable<string?> FlagKeys => Flags.Select(flag => flag.GetProperty("ff").GetProperty("keyName").GetString());

    public static long Version(JsonElement item) => item.GetProperty("timestamp").GetInt64();

    public static bool IsArchived(JsonElement item) => item.GetProperty("isArchived").GetBoolean();

    public static string? Value(JsonElement flag) =>
        flag.GetProperty("ff").GetProperty("variationOptionWhenDisabled").GetProperty("variationValue").GetString();
}
