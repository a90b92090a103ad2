namespace Ffc.DevServer.Insights;

/// <summary>The content of the log at one time.</summary>
/// <param name="Received">The number of events since the start or since the log was cleared.</param>
/// <param name="Batches">The number of requests that contained the events.</param>
/// <param name="Dropped">The number of events that were dropped because the log was full.</param>
/// <param name="Cleared">How often the log was cleared.</param>
/// <param name="Events">The latest events, oldest first.</param>
internal sealed record InsightsView(long Received, long Batches, long Dropped, int Cleared, IReadOnlyList<ReceivedEvent> Events);
