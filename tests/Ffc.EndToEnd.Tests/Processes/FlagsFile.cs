using System.Text.Json.Nodes;

namespace Ffc.EndToEnd.Tests.Processes;

/// <summary>Edits a flags file that a development server watches, as a person does.</summary>
internal static class FlagsFile
{
    public static void Edit(string path, Action<JsonArray> edit)
    {
        var message = JsonNode.Parse(File.ReadAllText(path), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        edit(message["data"]!["featureFlags"]!.AsArray());
        File.WriteAllText(path, message.ToJsonString());
    }
}
