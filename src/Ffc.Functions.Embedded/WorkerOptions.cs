namespace Ffc.Functions.Embedded;

/// <summary>What the functions' process tells its host of itself. The embedded host shares its process, and has no need to be told.</summary>
public sealed class WorkerOptions
{
    /// <summary>What the process can do, and what it asks of its host, by the names that the Functions host knows.</summary>
    public IDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>();
}
