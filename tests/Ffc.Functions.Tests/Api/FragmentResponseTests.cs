using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ffc.Functions.Tests.Ofrep;
using Ffc.Sdk;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Functions.Tests.Api;

/// <summary>
/// Compares the responses with all flags, whose results are cached as bytes, with the responses for each flag, which are written
/// on each request.
/// </summary>
public sealed class FragmentResponseTests
{
    private const string Ofrep = "ofrep/v1/evaluate/flags";
    private const string Evaluate = "evaluate";
    private static readonly string[] Users = ["ada", "bob", "eve"];

    // In the ordinal order of the keys. The last flags are malformed for all users or for ada.
    private static readonly FlagJson[] Flags =
    [
        new FlagJson("a/é \"<>&'+\u2028\U0001F600").Serves("é \"<>&'+\\ \u2028\u0001\U0001F600")
            .Set("ff.name", "Größe \"<>&'+\\ \u2028\u0001\U0001F600"),
        new FlagJson("boolean").Serves("TRUE").Set("ff.variationOptionWhenDisabled", FlagJson.Variation(2, "false")),
        new FlagJson("json").Serves(""" { "a": [1, "é"] } """).Set("ff.variationOptionWhenDisabled", FlagJson.Variation(2, "[]")),
        new FlagJson("number").Serves("007").Set("ff.variationOptionWhenDisabled", FlagJson.Variation(2, "1e300")),
        new FlagJson("off").Disabled(),
        new FlagJson("prerequisite").Requires("off", localId: 1),
        new FlagJson("rule").Rule(3, FlagJson.Clause("KeyId", "Equal", "ada")).Targets(3, "bob"),
        new FlagJson("split").Rollouts(FlagJson.Rollout(0, 0.5, 1), FlagJson.Rollout(0.5, 1, 2)),
        new FlagJson("x-malformed").Disabled().Set("ff.variationOptionWhenDisabled", null),
        new FlagJson("y-malformed").Targets(1, "bob").Rule(
            [FlagJson.Rollout(0, 1, 2, "for ada")], [FlagJson.Clause("KeyId", "Equal", "ada")])
            .Set("ff.defaultRulePercentageRollouts", new JsonArray()).Set("ff.variationOptionWhenDisabled", null),
    ];

    [Fact]
    public async Task A_bulk_response_has_the_bytes_of_the_responses_for_each_flag()
    {
        await using var app = await OfrepApp.StartAsync(Flags);

        await AssertBulkIsEqualAsync(app);
        await AssertBulkIsEqualAsync(app);
    }

    [Fact]
    public async Task All_states_have_the_bytes_of_the_states_of_each_flag()
    {
        await using var app = await OfrepApp.StartAsync(Flags);

        await AssertStatesAreEqualAsync(app);
        await AssertStatesAreEqualAsync(app);
    }

    [Fact]
    public async Task Both_are_equal_after_a_change_of_some_flags()
    {
        await using var app = await OfrepApp.StartAsync(Flags);
        await AssertBulkIsEqualAsync(app);
        await AssertStatesAreEqualAsync(app);

        app.Client.Accept(
            MessageJson.Read(MessageJson.Patch(
                new FlagJson("boolean", version: 12).Serves("other").Set("ff.name", "Other"), new FlagJson("new", version: 11))),
            FlagDataSource.Stream);

        Assert.Contains("\"ffc.dataVersion\":12}}", await AssertBulkIsEqualAsync(app), StringComparison.Ordinal);
        await AssertStatesAreEqualAsync(app);
    }

    [Fact]
    public async Task Concurrent_first_requests_get_the_same_bytes()
    {
        await using var app = await OfrepApp.StartAsync(Flags);

        var bodies = await Task.WhenAll(Enumerable.Range(0, 32).Select(async number => (
            User: Users[number % Users.Length],
            Bulk: await PostAsync(app, Ofrep, Context(Users[number % Users.Length])),
            States: await PostAsync(app, Evaluate, User(Users[number % Users.Length])))));

        Assert.Equal(Users.Length, bodies.Distinct().Count());
        await AssertBulkIsEqualAsync(app);
        Assert.All(await Task.WhenAll(Users.Select(user => PostAsync(app, Ofrep, Context(user)))), body =>
            Assert.Contains(body, bodies.Select(item => item.Bulk)));
    }

    [Fact]
    public async Task Selected_states_and_no_states_are_complete_JSON()
    {
        await using var app = await OfrepApp.StartAsync(Flags);

        var some = await PostAsync(app, Evaluate, new { user = new { key = "ada" }, keys = new[] { "off", "boolean", "none" } });
        var none = await PostAsync(app, Evaluate, new { user = new { key = "ada" }, keys = Array.Empty<string>() });

        Assert.Equal(
            await StatesAsync(app, "ada", key => key is "off" or "boolean"), some);
        Assert.Equal("""{"success":true,"message":"OK","data":[]}""", none);
    }

    [Fact]
    public async Task A_response_without_flags_is_complete_JSON()
    {
        await using var app = await OfrepApp.StartAsync();

        Assert.Equal("""{"flags":[],"metadata":{"ffc.dataVersion":0}}""", await PostAsync(app, Ofrep, Context("ada")));
        Assert.Equal("""{"success":true,"message":"OK","data":[]}""", await PostAsync(app, Evaluate, User("ada")));
    }

    private static object Context(string user) => new { context = new { targetingKey = user } };

    private static object User(string user) => new { user = new { key = user } };

    private static async Task<string> AssertBulkIsEqualAsync(OfrepApp app)
    {
        var actual = "";
        foreach (var user in Users)
        {
            var flags = new List<string>();
            foreach (var flag in app.Client.Evaluator.Data.FlagsInOrder)
                flags.Add(await PostAsync(app, $"{Ofrep}/{Uri.EscapeDataString(flag.Key)}", Context(user)));

            var version = app.Client.FlagData.Version;
            actual = await PostAsync(app, Ofrep, Context(user));
            Assert.Equal(
                $$$"""{"flags":[{{{string.Join(',', flags)}}}],"metadata":{"ffc.dataVersion":{{{version}}}}}""", actual);
        }

        return actual;
    }

    private static async Task AssertStatesAreEqualAsync(OfrepApp app)
    {
        foreach (var user in Users)
            Assert.Equal(await StatesAsync(app, user, _ => true), await PostAsync(app, Evaluate, User(user)));
    }

    private static async Task<string> StatesAsync(OfrepApp app, string user, Predicate<string> isSelected)
    {
        var states = new List<string>();
        foreach (var flag in app.Client.Evaluator.Data.Flags.Where(flag => isSelected(flag.Key)))
        {
            var body = await PostAsync(app, $"{Evaluate}/{Uri.EscapeDataString(flag.Key)}", User(user));
            var answer = JsonSerializer.Deserialize<JsonElement>(body);

            // A malformed flag has no state.
            if (answer.TryGetProperty("data", out var state))
                states.Add(state.GetRawText());
        }

        return $$"""{"success":true,"message":"OK","data":[{{string.Join(',', states)}}]}""";
    }

    private static async Task<string> PostAsync(OfrepApp app, string path, object body)
    {
        using var response = await app.Host.Client.PostAsJsonAsync($"api/{path}", body, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
