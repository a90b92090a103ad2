namespace Ffc.Functions.Embedded;

/// <summary>
/// What a caller of an HTTP function must show. The embedded host knows one key, which serves every level but the first.
/// </summary>
public enum AuthorizationLevel
{
    /// <summary>Nothing: anyone may call.</summary>
    Anonymous = 0,

    /// <summary>A signed-in user; here, the function key.</summary>
    User = 1,

    /// <summary>The function key.</summary>
    Function = 2,

    /// <summary>A key of the platform's own; here, the function key.</summary>
    System = 3,

    /// <summary>The host's master key; here, the function key.</summary>
    Admin = 4,
}
