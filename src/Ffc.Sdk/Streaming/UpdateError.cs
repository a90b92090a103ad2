namespace Ffc.Sdk;

/// <summary>The last thing that went wrong with the stream.</summary>
/// <param name="Message">What it was. Holds no secret.</param>
/// <param name="Time">When.</param>
public sealed record UpdateError(string Message, DateTimeOffset Time);
