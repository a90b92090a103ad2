namespace Ffc.Sdk.Protocol;

/// <summary>The names and messages of the stream that all servers share.</summary>
internal static class Wire
{
    public const string StreamingPath = "/streaming";

    public const string DataSync = "data-sync";
    public const string Ping = "ping";
    public const string Pong = "pong";
    public const string Full = "full";
    public const string Patch = "patch";

    /// <summary>The close code with which a server refuses the secret, token or type.</summary>
    public const int CloseRefused = 4003;

    /// <summary>Requests a full. A patch would not contain items that were archived during a disconnection.</summary>
    public static ReadOnlySpan<byte> DataSyncRequest => """{"messageType":"data-sync","data":{"timestamp":0}}"""u8;

    public static ReadOnlySpan<byte> PingMessage => """{"messageType":"ping","data":null}"""u8;

    public static ReadOnlySpan<byte> PongMessage => """{"messageType":"pong","data":null}"""u8;
}
