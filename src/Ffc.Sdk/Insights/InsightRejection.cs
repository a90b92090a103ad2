namespace Ffc.Sdk;

/// <summary>The reason why a batch was rejected permanently.</summary>
public sealed record InsightRejection
{
    /// <summary>The HTTP status of the server's response; 0 if the batch could not be read.</summary>
    public int Status { get; init; }

    /// <summary>The first 1,000 characters of the server's response, or why the batch could not be read. May be empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The time of the rejection.</summary>
    public DateTimeOffset Time { get; init; }
}
