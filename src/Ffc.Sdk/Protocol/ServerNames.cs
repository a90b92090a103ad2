namespace Ffc.Sdk.Protocol;

/// <summary>The names of the kinds of servers, as snapshots and batches of insights contain them.</summary>
internal static class ServerNames
{
    public const string Ffc = "ffc";
    public const string FeatBit = "featbit";
}
