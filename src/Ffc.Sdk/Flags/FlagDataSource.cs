namespace Ffc.Sdk;

/// <summary>The source of flag data.</summary>
public enum FlagDataSource
{
    /// <summary>There is no data.</summary>
    None,

    /// <summary>The options (<see cref="FfcOptions.Bootstrap"/> or <see cref="FfcOptions.BootstrapPath"/>).</summary>
    Bootstrap,

    /// <summary>A snapshot that this or another instance wrote.</summary>
    Snapshot,

    /// <summary>The server.</summary>
    Stream,
}
