namespace Ffc.DevServer.Streaming;

/// <summary>A connected client, as the dashboard shows it.</summary>
/// <param name="Id">The number of the connection, from 1 in the order of connections.</param>
/// <param name="Sdk">
/// The name and version of the SDK, such as ffc-dotnet-server-sdk/1.0.0; null if the client did not send them.
/// </param>
/// <param name="Connected">The time when the client connected.</param>
/// <param name="LastSync">The time when flags were last sent to the client; null if none were sent.</param>
/// <param name="LastPing">The time of the client's last ping; null if there was none.</param>
internal sealed record ClientView(
    int Id, string? Sdk, DateTimeOffset Connected, DateTimeOffset? LastSync = null, DateTimeOffset? LastPing = null);
