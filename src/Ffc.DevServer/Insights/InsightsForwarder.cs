using System.Text.Json;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Json;
using Ffc.DevServer.Servers;
using Ffc.Sdk.Internal;
using Ffc.Sdk.Protocol;

namespace Ffc.DevServer.Insights;

/// <summary>
/// Sends the insights of clients to the mirrored environment. Evaluations of flags that are overridden are left out: the
/// environment does not know what they returned.
/// </summary>
internal sealed partial class InsightsForwarder(
    MirrorOptions options, DevProtocol protocol, ServedFlags flags, ILogger<InsightsForwarder> logger) : IDisposable
{
    private readonly IServerProtocol _server = ServerProtocol.Parse(options.EnvSecret);

    // Real time instead of the options' TimeProvider, because the network runs in real time.
    private readonly HttpClient _http =
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Sends events. Returns the status for the client, which sends them again after a failure.</summary>
    public async Task<int> SendAsync(IReadOnlyList<JsonElement> events, CancellationToken cancellationToken)
    {
        var body = CompactJson.Write(writer =>
        {
            writer.WriteStartArray();
            foreach (var item in events)
                Write(writer, item);
            writer.WriteEndArray();
        });
        if (body is [(byte)'[', (byte)']'])
            return StatusCodes.Status200OK;

        try
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Post, _server.GetInsightsUri(MirroredEnvironment.EventsUriOf(options)));
            foreach (var (name, value) in _server.InsightsHeaders)
                request.Headers.TryAddWithoutValidation(name, value);
            request.Content = new ByteArrayContent(body) { Headers = { { "Content-Type", "application/json" } } };
            using var response = await _http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
                LogFailed($"the server returned {(int)response.StatusCode}");
            return (int)response.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException
            || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogFailed(exception.SafeMessage());
            return StatusCodes.Status502BadGateway;
        }
    }

    public void Dispose() => _http.Dispose();

    private void Write(Utf8JsonWriter writer, JsonElement item)
    {
        var (list, keyMember) = protocol.EvaluationMembers;
        if (!JsonView.Items(item, list).Any(IsOverridden))
        {
            item.WriteTo(writer);
            return;
        }

        // An event without evaluations and metrics says nothing.
        if (JsonView.Items(item, list).All(IsOverridden) && !JsonView.Items(item, "metrics").Any())
            return;

        writer.WriteStartObject();
        foreach (var member in item.EnumerateObject())
        {
            if (member.Name != list)
            {
                member.WriteTo(writer);
                continue;
            }

            writer.WriteStartArray(list);
            foreach (var evaluation in member.Value.EnumerateArray().Where(evaluation => !IsOverridden(evaluation)))
                evaluation.WriteTo(writer);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();

        bool IsOverridden(JsonElement evaluation) => flags.IsOverridden(JsonView.Text(evaluation, keyMember));
    }

    [LoggerMessage(
        EventId = 189, Level = LogLevel.Warning, Message = "Insights were not forwarded to the mirrored environment: {Reason}")]
    private partial void LogFailed(string reason);
}
