namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>Creates the text of flags files.</summary>
internal static class FlagsText
{
    public static string Flag(string key, long timestamp, string value = "on") => $$"""
        {
          "id": "FF__1__1__1__{{key}}", "isArchived": false, "timestamp": {{timestamp}}, "unknownToTheServer": [1, "é"],
          "ff": { "id": "FF__1__1__1__{{key}}", "name": "{{key}}", "keyName": "{{key}}", "status": "Enabled",
            "defaultRulePercentageRollouts": [],
            "variationOptionWhenDisabled": { "localId": 1, "displayOrder": 0, "variationValue": "{{value}}" } },
          "ffp": [], "fftuwmtr": [], "targetIndividuals": [], "variationOptions": []
        }
        """;

    public static string Segment(string id, long timestamp, params string[] included) => $$"""
        { "id": "{{id}}", "isArchived": false, "timestamp": {{timestamp}}, "rules": [], "excluded": [],
          "included": [{{string.Join(", ", included.Select(key => $"\"{key}\""))}}] }
        """;

    public static string Full(params string[] flags) => Full(flags, []);

    public static string Full(string[] flags, string[] segments) => $$"""
        {
          "messageType": "data-sync",
          "data": {
            "eventType": "full",
            "featureFlags": [{{string.Join(",\n", flags)}}],
            "segments": [{{string.Join(",\n", segments)}}]
          }
        }
        """;
}
