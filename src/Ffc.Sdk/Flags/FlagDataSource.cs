namespace Ffc.Sdk;

/// <summary>Where flag data came from.</summary>
public enum FlagDataSource
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>The options.</summary>
    Bootstrap,

    /// <summary>A snapshot that this or another instance wrote.</summary>
    Snapshot,

    /// <summary>The server.</summary>
    Stream,
}
