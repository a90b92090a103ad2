using System.Text.Json;
using System.Text.Json.Nodes;
using Ffc.DevServer.Insights;
using Ffc.DevServer.Servers;

namespace Ffc.DevServer.Dashboard;

/// <summary>An evaluation or a metric of a received event, as a row of a list.</summary>
/// <param name="Time">The time when the server received the event.</param>
/// <param name="UserKey">The key of the user; empty if the event has none.</param>
/// <param name="Name">The key of the flag or the name of the metric.</param>
/// <param name="Value">The value of the variation or of the metric, as text.</param>
/// <param name="Reason">The reason of an evaluation; empty if the server receives none.</param>
/// <param name="IsMetric">Whether the row is a metric.</param>
/// <param name="Event">The event.</param>
internal sealed record InsightRow(
    DateTimeOffset Time, string UserKey, string Name, string Value, string Reason, bool IsMetric, ReceivedEvent Event)
{
    /// <summary>Returns the rows of an event.</summary>
    public static IEnumerable<InsightRow> Read(ReceivedEvent received, DevProtocol protocol)
    {
        var user = JsonView.Text(received.Content, "user", "keyId");
        foreach (var evaluation in protocol.ReadEvaluations(received.Content))
        {
            yield return new InsightRow(
                received.Time, user, evaluation.FlagKey, evaluation.Value, evaluation.Reason, IsMetric: false, received);
        }

        foreach (var metric in JsonView.Items(received.Content, "metrics"))
        {
            yield return new InsightRow(
                received.Time,
                user,
                JsonView.Text(metric, "eventName"),
                JsonView.Text(metric, "numericValue"),
                Reason: "",
                IsMetric: true,
                received);
        }
    }

    /// <summary>The user of the event as a flat JSON object, as the playground reads it.</summary>
    public string ReadUser()
    {
        var result = new JsonObject { ["key"] = UserKey };
        if (!Event.Content.TryGetProperty("user", out var user) || user.ValueKind != JsonValueKind.Object)
            return result.ToJsonString();

        Add("name", JsonView.Text(user, "userName") is { Length: > 0 } userName ? userName : JsonView.Text(user, "name"));
        Add("email", JsonView.Text(user, "email"));
        Add("country", JsonView.Text(user, "country"));
        foreach (var property in JsonView.Items(user, "customizedProperties"))
            Add(JsonView.Text(property, "name"), JsonView.Text(property, "value"));
        return result.ToJsonString();

        void Add(string name, string value)
        {
            if (name.Length > 0 && value.Length > 0)
                result.TryAdd(name, value);
        }
    }
}
