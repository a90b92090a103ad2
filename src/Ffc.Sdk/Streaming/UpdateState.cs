namespace Ffc.Sdk;

/// <summary>How the stream of flag data is doing.</summary>
public enum UpdateState
{
    /// <summary>No data has come over the stream yet.</summary>
    Initializing,

    /// <summary>The stream is up, and the data is what the server has.</summary>
    OK,

    /// <summary>The stream was up and is broken; it is being made again. Evaluation goes on with the data in hand.</summary>
    Interrupted,

    /// <summary>No stream, and none to come: refused by the server, closed, or offline mode.</summary>
    Off,
}
