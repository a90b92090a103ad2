namespace Ffc.Sdk;

/// <summary>The state of the stream of flag data.</summary>
public enum UpdateState
{
    /// <summary>The client is connecting; the stream has not delivered data yet.</summary>
    Initializing,

    /// <summary>The stream is connected, and the data comes from the server.</summary>
    Ok,

    /// <summary>The stream is broken, and the client is reconnecting. Evaluation continues with the current data.</summary>
    Interrupted,

    /// <summary>
    /// The server refused the client, which retries every five minutes; or the client was disposed, or offline mode is on.
    /// </summary>
    Off,
}
