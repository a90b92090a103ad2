namespace Ffc.Sdk;

/// <summary>What came of draining the outbox.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Delivered">How many events the server took.</param>
/// <param name="Rejected">How many events the server refused for good.</param>
public sealed record OutboxDrainResult(OutboxDrainEnd End, int Delivered = 0, int Rejected = 0);
