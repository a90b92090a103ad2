using System.Text.Json;
using Ffc.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrimmedApp;

// Evaluates flags of every type in an app without reflection, and ends with 1 if a result is wrong.
const string Flags = """
    {"messageType":"data-sync","data":{"eventType":"full","segments":[],"featureFlags":[
    {"id":"b","timestamp":1,"ff":{"id":"b","name":"b","keyName":"bool","status":"Enabled",
    "variationOptionWhenDisabled":{"localId":1,"variationValue":"true"},
    "defaultRulePercentageRollouts":[{"rolloutPercentage":[0,1],"valueOption":{"localId":1,"variationValue":"true"}}]}},
    {"id":"n","timestamp":1,"ff":{"id":"n","name":"n","keyName":"number","status":"Enabled",
    "variationOptionWhenDisabled":{"localId":1,"variationValue":"7"},
    "defaultRulePercentageRollouts":[{"rolloutPercentage":[0,1],"valueOption":{"localId":1,"variationValue":"7"}}]}},
    {"id":"j","timestamp":1,"ff":{"id":"j","name":"j","keyName":"json","status":"Enabled",
    "variationOptionWhenDisabled":{"localId":1,"variationValue":"{\"max\":3}"},
    "defaultRulePercentageRollouts":[{"rolloutPercentage":[0,1],"valueOption":{"localId":1,"variationValue":"{\"max\":3}"}}]}}]}}
    """;

var configuration = new ConfigurationBuilder().AddInMemoryCollection(
[
    new("Ffc:Offline", "true"),
    new("Ffc:Bootstrap", Flags),
    new("Ffc:StartWait", "00:00:03"),
    new("Ffc:Insights:BatchSize", "9"),
    new("Ffc:Defaults:other", "configured"),
]).Build();
var services = new ServiceCollection();
services.AddFfc(configuration.GetSection("Ffc"));
await using var provider = services.BuildServiceProvider();
var client = provider.GetRequiredService<IFfcClient>();
var options = provider.GetRequiredService<IOptions<FfcOptions>>().Value;
var user = FfcUser.Builder("u1").Custom("plan", "pro").Build();

var limits = client.VariationDetail("json", user, new Limits(0));
(string Name, bool IsRight)[] results =
[
    ("options", (options.StartWait.TotalSeconds, options.Insights.BatchSize) == (3, 9)),
    ("bool", client.Variation("bool", user, false)),
    ("int", client.Variation("number", user, 0) == 7),
    ("double", client.Variation("number", user, 0d) == 7),
    ("string", client.Variation("number", user, "") == "7"),
    ("default", client.Variation("other", user, "") == "configured"),
    ("JsonElement", client.Variation("json", user, default(JsonElement)).GetProperty("max").GetInt32() == 3),
    ("record with type info", client.Variation("json", user, new Limits(0), AppJson.Default.Limits).Max == 3),
    ("record without type info", (limits.Value.Max, limits.Error) == (0, EvaluationError.ReflectionDisabled)),
];

foreach (var (name, isRight) in results)
    Console.WriteLine($"{name}: {(isRight ? "right" : "WRONG")}");
return results.All(result => result.IsRight) ? 0 : 1;
