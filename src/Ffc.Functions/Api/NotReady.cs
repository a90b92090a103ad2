using Ffc.Sdk;

namespace Ffc.Functions.Api;

/// <summary>Says why there are no flags to answer with.</summary>
internal static class NotReady
{
    /// <summary>The reason in a sentence: whether flags may still come, the state of the stream, and what last went wrong with it.</summary>
    public static string Because(IFfcClient client)
    {
        var status = client.UpdateStatusProvider.Status;
        var yet = status.State == UpdateState.Off ? "" : " yet";
        var error = status.LastError is { } last ? $": {last.Message}" : "";
        return $"There is no flag data{yet} (client not ready, state {StatusBody.Text(status.State)}){error}.";
    }
}
