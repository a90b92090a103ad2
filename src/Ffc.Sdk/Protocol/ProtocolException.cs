namespace Ffc.Sdk.Protocol;

/// <summary>A frame is invalid. No part of it is applied.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
