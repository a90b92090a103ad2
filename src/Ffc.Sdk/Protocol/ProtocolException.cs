namespace Ffc.Sdk.Protocol;

/// <summary>A frame is invalid as a whole; nothing of it is applied.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
