namespace Ffc.Sdk;

/// <summary>Why a server refused a batch for good.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">What the server said, cut to 1,000 characters; empty when it said nothing.</param>
/// <param name="Time">When.</param>
public sealed record InsightRejection(int Status, string Reason, DateTimeOffset Time);
