using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ffc.ColdStart;

/// <summary>Flags with rules, targets, prerequisites and rollouts: copies of the golden flags under other keys.</summary>
internal static class RealisticFlags
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a flags file for the development server.</summary>
    /// <returns>The secret of the flags' environment, and a flag and a user with the answer that is due.</returns>
    public static (string Secret, Question Question) Write(string repository, int count, string path)
    {
        using var zipped = File.OpenRead(Path.Combine(repository, "tests", "Ffc.Sdk.Tests", "Golden", "ffc-golden.json.gz"));
        using var json = new GZipStream(zipped, CompressionMode.Decompress);
        var golden = JsonNode.Parse(json)!;
        var data = golden["dataSync"]!["data"]!.AsObject();
        var originals = data["featureFlags"]!.AsArray().Select(flag => flag!.ToJsonString(Plain)).ToList();
        data["featureFlags"] = new JsonArray([.. Enumerable.Range(0, count).Select(i => JsonNode.Parse(Copy(originals, i)))]);
        File.WriteAllText(path, golden["dataSync"]!.ToJsonString(Plain));
        return (golden["envSecret"]!.GetValue<string>(), Ask(golden));
    }

    // Copy 0 of each keeps its key, so that the golden cases hold.
    private static string Copy(List<string> originals, int i)
    {
        var (index, copy) = (i % originals.Count, i / originals.Count);
        var json = originals[index];
        if (copy == 0)
            return json;

        var key = $"flag-{index}";
        return json
            .Replace($"__{key}\"", $"__{key}-{copy}\"", StringComparison.Ordinal)
            .Replace($"\"keyName\":\"{key}\"", $"\"keyName\":\"{key}-{copy}\"", StringComparison.Ordinal);
    }

    // One that a rule answers: most of what there is to evaluate is on its way.
    private static Question Ask(JsonNode golden)
    {
        var asked = golden["cases"]!.AsArray().First(one => one!["expect"]!["reason"]!.GetValue<string>() == "rule match")!;
        var user = golden["users"]!.AsArray()[asked["user"]!.GetValue<int>()]!;
        var body = new JsonObject { ["user"] = user.DeepClone(), ["default"] = "no answer" };
        return new Question(
            asked["flagKey"]!.GetValue<string>(), body.ToJsonString(), asked["expect"]!["value"]!.GetValue<string>());
    }
}

/// <summary>A request to evaluate a flag, and its one right answer.</summary>
internal sealed record Question(string FlagKey, string Body, string Answer);
