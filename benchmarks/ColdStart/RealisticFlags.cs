using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ffc.ColdStart;

/// <summary>Flags with rules, targets, prerequisites and rollouts: copies of the golden flags under other keys.</summary>
internal static class RealisticFlags
{
    public static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a flags file for the development server.</summary>
    /// <returns>The secret of the flags' environment, and a request with the expected value.</returns>
    public static (string Secret, EvaluationRequest Request) Write(string repository, int count, string path)
    {
        using var zipped = File.OpenRead(Path.Combine(repository, "tests", "Ffc.Sdk.Tests", "Golden", "ffc-golden.json.gz"));
        using var json = new GZipStream(zipped, CompressionMode.Decompress);
        var golden = JsonNode.Parse(json)!;
        var data = golden["dataSync"]!["data"]!.AsObject();
        var originals = data["featureFlags"]!.AsArray().Select(flag => flag!.ToJsonString(Plain)).ToList();
        data["featureFlags"] = new JsonArray([.. Enumerable.Range(0, count).Select(i => JsonNode.Parse(Copy(originals, i)))]);
        File.WriteAllText(path, golden["dataSync"]!.ToJsonString(Plain));
        return (golden["envSecret"]!.GetValue<string>(), CreateRequest(golden));
    }

    // Copy 0 of each flag keeps its key, so that the reference cases remain valid.
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

    // A case that a rule decides, because it includes most steps of an evaluation.
    private static EvaluationRequest CreateRequest(JsonNode golden)
    {
        var example = golden["cases"]!.AsArray().First(item => item!["expect"]!["reason"]!.GetValue<string>() == "rule match")!;
        var user = golden["users"]!.AsArray()[example["user"]!.GetValue<int>()]!;
        var body = new JsonObject { ["user"] = user.DeepClone(), ["default"] = "the default" };
        return new EvaluationRequest(
            example["flagKey"]!.GetValue<string>(), body.ToJsonString(), example["expect"]!["value"]!.GetValue<string>());
    }
}

/// <summary>A request to evaluate a flag, with the expected value.</summary>
internal sealed record EvaluationRequest(string FlagKey, string Body, string ExpectedValue);
