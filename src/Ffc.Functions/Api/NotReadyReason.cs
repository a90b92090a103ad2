using Ffc.Sdk;

namespace Ffc.Functions.Api;

/// <summary>Describes why there is no flag data.</summary>
internal static class NotReadyReason
{
    /// <summary>Returns one sentence with the state of the stream and its last error.</summary>
    public static string For(IFfcClient client)
    {
        var status = client.UpdateStatusProvider.Status;
        var yet = status.State == UpdateState.Off ? "" : " yet";
        var error = status.LastError is { } last ? $": {last.Message}" : "";
        return $"There is no flag data{yet} (client not ready, state {StatusBody.Text(status.State)}){error}.";
    }
}
