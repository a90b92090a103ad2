using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ffc.EndToEnd.Tests.Processes;

/// <summary>Edits the flags file of a running development server.</summary>
internal static class FlagsFile
{
    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static void Edit(string path, Action<JsonArray> edit)
    {
        var message = JsonNode.Parse(File.ReadAllText(path), documentOptions: Options)!;
        edit(message["data"]!["featureFlags"]!.AsArray());
        File.WriteAllText(path, message.ToJsonString());
    }

    /// <summary>Returns the flag with a key.</summary>
    public static JsonNode Find(this JsonArray flags, string key) =>
        flags.Single(flag => (string?)flag!["ff"]!["keyName"] == key)!;
}
