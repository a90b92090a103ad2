using System.Text.Json;

namespace Ffc.DevServer.Insights;

/// <summary>An event as a client sent it, and the time when it was received.</summary>
internal sealed record ReceivedEvent(DateTimeOffset Time, JsonElement Content);
