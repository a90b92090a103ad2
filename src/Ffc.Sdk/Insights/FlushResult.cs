namespace Ffc.Sdk;

/// <summary>What became of the events that a flush found waiting.</summary>
/// <param name="Delivered">How many the server has taken.</param>
/// <param name="ToOutbox">How many are in the outbox: they are sent from there once the server takes them.</param>
/// <param name="Rejected">How many the server refused for good; they are kept among the outbox's rejected ones.</param>
/// <param name="Held">How many are still in memory, since neither the server nor the outbox took them. They are tried again.</param>
/// <param name="Lost">How many are lost, since memory is full as well.</param>
public sealed record FlushResult(int Delivered = 0, int ToOutbox = 0, int Rejected = 0, int Held = 0, int Lost = 0)
{
    /// <summary>Adds up two results.</summary>
    internal static FlushResult Sum(FlushResult a, FlushResult b) => new(
        a.Delivered + b.Delivered, a.ToOutbox + b.ToOutbox, a.Rejected + b.Rejected, a.Held + b.Held, a.Lost + b.Lost);
}
