using System.Text.Json.Nodes;
using Ffc.DevServer;
using Ffc.Sdk;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>FeatBit's own Node SDK and this SDK on the same development server.</summary>
public sealed class FeatBitNodeClientTests
{
    private const string ChangedFlag = "holiday-banner";

    // The SDK returns archived flags, and it exchanges the pattern and the text of regular expressions: no user has a key that
    // such a pattern matches. All users have all properties, because the SDK fails for missing ones.
    private static readonly FfcUser[] Users =
    [
        .. from i in Enumerable.Range(0, 30)
           select FfcUser.Builder($"user-{i}").Name($"User {i}")
               .Email(i % 5 == 0 ? $"u{i}@example.com" : i % 7 == 0 ? $"u{i}@shop.example" : $"u{i}+test@mail.example")
               .Country(new[] { "FR", "DE", "NL", "US", "AT" }[i % 5])
               .Custom("plan", new[] { "free", "pro", "enterprise" }[i % 3])
               .Custom("seats", i * 10).Custom("orders", i).Custom("beta", i % 4 == 0).Custom("trial", i % 2 == 0)
               .Custom("suspended", i % 6 == 0).Custom("company", $"company-{i % 8}").Build(),
        .. from key in new[] { "ada", "grace", "linus", "mallory" }
           select FfcUser.Builder(key).Name(key).Email($"{key}@example.org").Country("US").Custom("plan", "pro")
               .Custom("seats", 1).Custom("orders", 20).Custom("beta", false).Custom("trial", true).Custom("suspended", false)
               .Custom("company", "x").Build(),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("streaming")]
    [InlineData("polling")]
    public async Task The_Node_SDK_of_FeatBit_returns_the_same_values_and_its_events_arrive(string mode)
    {
        var folder = Directory.CreateTempSubdirectory("ffc-featbit-").FullName;
        var flags = Path.Combine(folder, "flags.json");
        File.Copy(Repository.PathOf("samples/featbit-flags.json"), flags);
        await using var server = await FfcDevServer.StartAsync(
            new DevServerOptions { FlagsPath = flags, Urls = "http://127.0.0.1:0" }, Token);
        var expected = await EvaluateAsync(server);
        var sentByThisSdk = await EventsAsync(server, expected.Count);
        var results = Path.Combine(folder, "results.json");
        await File.WriteAllTextAsync(results, expected.ToJsonString(), Token);

        await NodeScript.RunAsync(
            "featbit/node-client.mjs",
            "",
            [server.BaseUri.GetLeftPart(UriPartial.Authority), server.EnvSecret, results, ChangedFlag, mode],
            line =>
            {
                if (line == $"change {ChangedFlag}")
                    Change(flags, flag => flag["isEnabled"] = true);
            });

        var sentByNode = (await EventsAsync(server, 2 * expected.Count))
            .Skip(expected.Count).Where(item => !item.StartsWith("observer ", StringComparison.Ordinal));
        Assert.Equal(sentByThisSdk.Order(StringComparer.Ordinal), sentByNode.Order(StringComparer.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Evaluates all flags for all users, and sends the events.</summary>
    private static async Task<JsonArray> EvaluateAsync(FfcDevServer server)
    {
        await using var client = await FfcClient.StartAsync(
            new FfcOptions { EnvSecret = server.EnvSecret, StreamingUri = server.StreamingUri, EventsUri = server.BaseUri },
            Token);
        string[] keys = [.. client.GetAllFlags(Users[0]).Keys];
        Assert.Equal(server.FlagCount, keys.Length);
        var results = new JsonArray();
        foreach (var user in Users)
        {
            foreach (var key in keys)
            {
                results.Add(new JsonObject
                {
                    ["user"] = ToJson(user),
                    ["flagKey"] = key,
                    ["value"] = client.Variation(key, user, "the default"),
                });
            }
        }

        await client.FlushAsync(Token);
        return results;
    }

    private static JsonObject ToJson(FfcUser user)
    {
        var custom = new JsonObject { ["email"] = user.Email, ["country"] = user.Country };
        foreach (var (name, value) in user.Custom)
            custom[name] = value;
        return new JsonObject { ["key"] = user.Key, ["name"] = user.Name, ["custom"] = custom };
    }

    /// <summary>Waits for events, and returns user, flag, variation and experiment of each.</summary>
    private static async Task<string[]> EventsAsync(FfcDevServer server, int count)
    {
        await Eventually.Holds(() => Read().Length >= count);
        return Read();

        string[] Read() =>
        [
            .. from item in server.Events
               from evaluation in item.GetProperty("variations").EnumerateArray()
               select $"{item.GetProperty("user").GetProperty("keyId")} {evaluation.GetProperty("featureFlagKey")} "
                   + $"{evaluation.GetProperty("variation").GetProperty("id")} {evaluation.GetProperty("sendToExperiment")}",
        ];
    }

    private static void Change(string path, Action<JsonNode> change)
    {
        var message = JsonNode.Parse(File.ReadAllText(path))!;
        change(message["data"]!["featureFlags"]!.AsArray().Single(flag => (string)flag!["key"]! == ChangedFlag)!);
        File.WriteAllText(path, message.ToJsonString());
    }
}
