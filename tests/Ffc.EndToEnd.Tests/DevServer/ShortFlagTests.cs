using System.Text.Json.Nodes;
using Ffc.DevServer;
using Ffc.Sdk;
using Ffc.Sdk.Flags;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>The short form of the flags file, as clients of both servers evaluate it.</summary>
public class ShortFlagTests
{
    public const string Flags = """
        {
          "$schema": "flags.schema.json",
          "yes": true,
          "no": false,
          "limit": 5,
          "text": "hello",
          "list": [1, "two"],
          "off": { "value": 7, "on": false },
          "off-true": { "serve": true, "on": false },
          "sizes": { "variations": { "small": 10, "large": 100 }, "serve": "large", "off": "small", "on": false },
          "theme": { "name": "Theme", "variations": { "dark": { "background": "#000" }, "light": {} }, "serve": "dark" },
          "rules": {
            "variations": { "a": "A", "b": "B", "c": "C", "d": "D", "e": "E" },
            "targets": { "b": ["bob", "bill"], "c": ["carl"] },
            "rules": [
              { "if": "plan is one of pro, team", "serve": "d" },
              { "name": "adults in France", "if": ["age is at least 18", "country is FR"], "serve": "e" },
              { "if": { "property": "full name", "is one of": ["Lovelace, Ada"] }, "serve": "c" },
              { "if": "user is in segment staff", "serve": { "b": 100, "a": 0 } }
            ],
            "serve": "a"
          },
          "split": { "variations": { "x": "x", "y": "y" }, "serve": { "x": 0, "y": 100 } },
          "$segments": {
            "beta": ["ada"],
            "staff": { "include": ["eve"], "exclude": ["mallory"], "rules": ["email ends with @example.com"] }
          }
        }
        """;

    public static TheoryData<string, string, string, string> Evaluations { get; } = new()
    {
        { "yes", """{"key":"u"}""", "true", EvaluationReasons.FallThrough },
        { "no", """{"key":"u"}""", "false", EvaluationReasons.FlagOff },
        { "limit", """{"key":"u"}""", "5", EvaluationReasons.FallThrough },
        { "text", """{"key":"u"}""", "hello", EvaluationReasons.FallThrough },
        { "list", """{"key":"u"}""", """[1,"two"]""", EvaluationReasons.FallThrough },
        { "off", """{"key":"u"}""", "7", EvaluationReasons.FlagOff },
        { "off-true", """{"key":"u"}""", "false", EvaluationReasons.FlagOff },
        { "sizes", """{"key":"u"}""", "10", EvaluationReasons.FlagOff },
        { "theme", """{"key":"u"}""", """{"background":"#000"}""", EvaluationReasons.FallThrough },
        { "split", """{"key":"u"}""", "y", EvaluationReasons.FallThrough },
        { "rules", """{"key":"u"}""", "A", EvaluationReasons.FallThrough },
        { "rules", """{"key":"bill"}""", "B", EvaluationReasons.TargetMatch },
        { "rules", """{"key":"carl","plan":"pro"}""", "C", EvaluationReasons.TargetMatch },
        { "rules", """{"key":"u","plan":"team"}""", "D", EvaluationReasons.RuleMatch },
        { "rules", """{"key":"u","country":"FR","age":18}""", "E", EvaluationReasons.RuleMatch },
        { "rules", """{"key":"u","country":"FR","age":17}""", "A", EvaluationReasons.FallThrough },
        { "rules", """{"key":"u","full name":"Lovelace, Ada"}""", "C", EvaluationReasons.RuleMatch },
        { "rules", """{"key":"eve"}""", "B", EvaluationReasons.RuleMatch },
        { "rules", """{"key":"u","email":"u@example.com"}""", "B", EvaluationReasons.RuleMatch },
        { "rules", """{"key":"mallory","email":"u@example.com"}""", "A", EvaluationReasons.FallThrough },
    };

    public static TheoryData<string, string> InvalidFlags { get; } = new()
    {
        { "null", "null is not a value: expected true, false, a number" },
        { "{}", "\"serve\" is missing: expected the name of a variation or percentages, such as \"on\"" },
        { """{ "vary": {} }""", "the member \"vary\" is unknown: expected name, on, value, variations" },
        { """{ "serve": "on" }""", "\"serve\" has the unknown variation on; the variations are true, false" },
        { """{ "serve": null }""", "\"serve\" must be the name of a variation or percentages" },
        { """{ "serve": { "true": 20, "false": 70 } }""", "the percentages of \"serve\" add up to 90; they must add up to 100" },
        { """{ "serve": { "true": "20", "false": 80 } }""", "\"serve.true\" must be a number from 0 to 100" },
        { """{ "serve": { "true": -20, "false": 120 } }""", "\"serve.true\" must be a number from 0 to 100" },
        { """{ "value": 1, "serve": "1" }""", "it has both \"value\" and \"serve\"" },
        { """{ "value": null }""", "\"value\" must not be null" },
        { """{ "value": 1, "variations": { "a": 1 } }""", "it has both \"value\" and \"variations\"" },
        { """{ "variations": [1, 2], "serve": "1" }""", "\"variations\" must be an object with a name and a value" },
        { """{ "variations": {}, "serve": "1" }""", "\"variations\" must be an object with a name and a value" },
        { """{ "variations": { "a": null }, "serve": "a" }""", "the variation a must not be null" },
        { """{ "serve": true, "on": "yes" }""", "\"on\" must be true or false" },
        { """{ "serve": true, "name": 1 }""", "\"name\" must be a text" },
        { """{ "serve": true, "off": "none" }""", "\"off\" has the unknown variation none" },
        { """{ "serve": true, "off": {} }""", "\"off\" must be the name of a variation" },
        { """{ "serve": true, "targets": ["u"] }""", "\"targets\" must be an object, such as { \"on\": [\"user-1\"] }" },
        { """{ "serve": true, "targets": { "true": "u" } }""", "\"targets.true\" must be an array of user keys" },
        { """{ "serve": true, "requires": { "b": true } }""", "\"requires\" has the unknown flag b" },
        { """{ "serve": true, "requires": { "other": 6 } }""", "must be a variation of that flag; its variations are 5" },
        { """{ "serve": true, "rules": {} }""", "\"rules\" must be an array" },
        { """{ "serve": true, "rules": ["a is b"] }""", "\"rules[0]\" must be an object, such as { \"if\"" },
        { """{ "serve": true, "rules": [{ "when": "a is b" }] }""", "\"rules[0].when\" is unknown: expected name, if, serve" },
        { """{ "serve": true, "rules": [{ "serve": true }] }""", "\"rules[0].if\" is missing" },
        { """{ "serve": true, "rules": [{ "if": "a is b" }] }""", "\"rules[0].serve\" is missing" },
        { """{ "serve": true, "rules": [{ "if": "a = b", "serve": true }] }""",
            "the condition \"a = b\" is invalid: expected a property, an operator and a value" },
        { """{ "serve": true, "rules": [{ "if": "plan is", "serve": true }] }""", "has no value after \"is\"" },
        { """{ "serve": true, "rules": [{ "if": [], "serve": true }] }""", "the condition [] is invalid" },
        { """{ "serve": true, "rules": [{ "if": { "plan": "pro" }, "serve": true }] }""",
            "expected \"property\" and one operator" },
        { """{ "serve": true, "rules": [{ "if": { "property": "a", "is": [1, 2] }, "serve": true }] }""", "must have one value" },
        { """{ "serve": true, "rules": [{ "if": "plan is in segment beta", "serve": true }] }""",
            "must be \"user\", not \"plan\"" },
        { """{ "variationType": "json" }""", "add \"$server\": \"featbit\" to the file" },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Evaluations))]
    public Task A_short_flag_is_evaluated_by_clients_of_FFC(string flag, string user, string value, string reason) =>
        CheckAsync(Flags, "FFC", flag, user, value, reason);

    [Theory]
    [MemberData(nameof(Evaluations))]
    public Task A_short_flag_is_evaluated_by_clients_of_FeatBit(string flag, string user, string value, string reason) =>
        CheckAsync("{ \"$server\": \"featbit\"," + Flags[1..], "FeatBit", flag, user, value, reason);

    [Theory]
    [InlineData("plan is pro", """{"plan":"pro"}""", """{"plan":"Pro"}""")]
    [InlineData("plan is not pro", """{"plan":"team"}""", """{"plan":"pro"}""")]
    [InlineData("plan is one of pro,  team", """{"plan":"team"}""", """{"plan":"free"}""")]
    [InlineData("plan is not one of pro, team", """{"plan":"free"}""", """{"plan":"team"}""")]
    [InlineData("is admin is true", """{"is admin":true}""", """{"is admin":false}""")]
    [InlineData("admin is false", """{"admin":"false"}""", """{"admin":"true"}""")]
    [InlineData("note is true story", """{"note":"true story"}""", """{"note":"true"}""")]
    [InlineData("age is greater than 18", """{"age":19}""", """{"age":18}""")]
    [InlineData("age is at least 18", """{"age":18}""", """{"age":17}""")]
    [InlineData("age is less than 18", """{"age":17}""", """{"age":18}""")]
    [InlineData("age is at most 18", """{"age":18}""", """{"age":19}""")]
    [InlineData("email contains @ex", """{"email":"u@ex.com"}""", """{"email":"u@shop.com"}""")]
    [InlineData("note does not contain is", """{"note":"that"}""", """{"note":"this"}""")]
    [InlineData("name starts with A", """{"name":"Ada"}""", """{"name":"Bob"}""")]
    [InlineData("email ends with .com", """{"email":"u@ex.com"}""", """{"email":"u@ex.org"}""")]
    [InlineData("plan matches the pattern ^p.o$", """{"plan":"pro"}""", """{"plan":"prone"}""")]
    [InlineData("plan does not match the pattern ^p", """{"plan":"free"}""", """{"plan":"pro"}""")]
    [InlineData("key is one of u, v", """{}""", """{"key":"w"}""")]
    [InlineData("user is in segment beta", """{"key":"ada"}""", "{}")]
    [InlineData("user is not in segment beta, other", "{}", """{"key":"ada"}""")]
    public async Task A_condition_in_words_holds_for_some_users_and_not_for_others(string text, string holds, string fails)
    {
        foreach (var server in (string[])["ffc", "featbit"])
        {
            var flags = $$"""
                {
                  "$server": "{{server}}",
                  "flag": { "rules": [{ "if": "{{text}}", "serve": true }], "serve": false },
                  "$segments": { "beta": ["ada"], "other": [] }
                }
                """;
            await using var test = await TestServer.StartAsync(flags);
            await using var client = await StartClientAsync(test.Server);

            Assert.True(client.Variation("flag", WithKey(holds), false), server);
            Assert.False(client.Variation("flag", WithKey(fails), true), server);
        }

        static FfcUser WithKey(string json)
        {
            var user = JsonNode.Parse(json)!.AsObject();
            user.TryAdd("key", "u");
            return FfcUser.FromJson(user.ToJsonString());
        }
    }

    [Fact]
    public async Task A_prerequisite_is_a_flag_key_and_a_variation()
    {
        await using var test = await TestServer.StartAsync("""
            {
              "base": { "variations": { "v1": 1, "v2": 2 }, "serve": "v2" },
              "met": { "requires": { "base": "v2" }, "serve": true },
              "unmet": { "requires": { "base": "v1" }, "serve": true }
            }
            """);
        await using var client = await StartClientAsync(test.Server);
        var user = FfcUser.FromJson("""{"key":"u"}""");

        Assert.True(client.Variation("met", user, false));
        Assert.False(client.Variation("unmet", user, true));
    }

    [Fact]
    public async Task A_file_can_have_flags_in_the_short_form_and_in_the_form_of_the_server()
    {
        await using var test = await TestServer.StartAsync($$"""
            {
              "short": { "requires": { "full": true }, "serve": true },
              "full": {
                "id": "FF__1__1__1__full",
                "ff": {
                  "keyName": "full",
                  "defaultRulePercentageRollouts": [],
                  "variationOptionWhenDisabled": { "localId": 4, "variationValue": "true" }
                },
                "variationOptions": [{ "localId": 4, "variationValue": "true" }],
                "timestamp": 100
              }
            }
            """);
        await using var client = await StartClientAsync(test.Server);

        Assert.True(client.Variation("short", FfcUser.FromJson("""{"key":"u"}"""), false));
        Assert.Equal("FFC", test.Server.ServerName);
        Assert.Equal(
            [FlagValueKind.Boolean, FlagValueKind.Boolean], test.Server.Flags.View.Flags.Select(flag => flag.Kind));
    }

    [Fact]
    public async Task A_FeatBit_secret_selects_FeatBit_for_a_short_file()
    {
        await using var test = await TestServer.StartAsync("{ \"a\": true }", secret: DevServerOptions.FeatBitDevelopmentSecret);

        Assert.Equal("FeatBit", test.Server.ServerName);
    }

    [Fact]
    public async Task Variations_and_rules_have_the_names_of_the_file()
    {
        await using var test = await TestServer.StartAsync(Flags);
        var view = test.Server.Flags.View;

        Assert.Equal("dark, light", string.Join(", ", view.Find("theme")!.Variations.Select(variation => variation.Name)));
        Assert.Equal(("Theme", FlagValueKind.Json), (view.Find("theme")!.Name, view.Find("theme")!.Kind));
        Assert.Equal(FlagValueKind.Number, view.Find("sizes")!.Kind);
        Assert.Equal(
            [
                "plan is one of pro, team",
                "adults in France",
                "full name is one of [\"Lovelace, Ada\"]",
                "user is in segment staff",
            ],
            view.Find("rules")!.RuleNames);
    }

    [Theory]
    [MemberData(nameof(InvalidFlags))]
    public async Task An_error_names_the_flag_and_shows_what_is_expected(string flag, string expected)
    {
        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => TestServer.StartAsync(
            $$"""{ "$server": "ffc", "other": 5, "new-checkout": {{flag}} }"""));

        Assert.Contains($"flag new-checkout: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "a": null, "b": null }""", "flag a: null is not a value", "flag b: null is not a value")]
    [InlineData("""{ "$segments": { "beta": "u" } }""", "segment beta: expected an array of user keys", "")]
    [InlineData("""{ "$segments": [] }""", "$segments must be an object", "")]
    [InlineData("""{ "$servers": "ffc" }""", "the member $servers is unknown: expected $schema, $server or $segments", "")]
    [InlineData("""{ "$server": "other" }""", "$server must be \"ffc\" or \"featbit\"", "")]
    [InlineData("""{ "$server": "featbit", "a": { "requires": { "b": true }, "serve": true } }""",
        "flag a: \"requires\" is not possible: FeatBit has no prerequisites", "")]
    public async Task Each_error_of_a_short_file_is_reported(string file, string first, string second)
    {
        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => TestServer.StartAsync(file));

        Assert.Contains(first, exception.Message, StringComparison.Ordinal);
        Assert.Contains(second, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"status\": \"Enabled\"", "\"status\": true",
        "flag a: its ff.status has the wrong type; expected \"Enabled\" or")]
    [InlineData("\"timestamp\": 100", "\"timestamp\": \"now\"",
        "flag a: its timestamp has the wrong type; expected a whole number")]
    [InlineData("\"timestamp\": 100", "\"time\": 100", "flag a: it has no id or timestamp")]
    [InlineData("\"variationOptions\": []", "\"variationOptions\": [{ \"localId\": \"1\" }]",
        "localId has the wrong type; expected a whole number")]
    public async Task An_error_in_a_message_names_the_flag_and_shows_what_is_expected(string from, string to, string expected)
    {
        var flag = FlagsText.Flag("a", 100);
        Assert.Contains(from, flag, StringComparison.Ordinal);

        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => TestServer.StartAsync(
            FlagsText.Full(FlagsText.Flag("b", 100), flag.Replace(from, to, StringComparison.Ordinal))));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    private static async Task CheckAsync(string flags, string server, string flag, string user, string value, string reason)
    {
        await using var test = await TestServer.StartAsync(flags);
        Assert.Equal(server, test.Server.ServerName);
        await using var client = await StartClientAsync(test.Server);

        var state = client.VariationDetail(flag, FfcUser.FromJson(user), "default");

        Assert.Equal((value, reason), (state.Value, state.Reason));
        Assert.Empty(test.Log.Warnings);
    }

    private static Task<FfcClient> StartClientAsync(FfcDevServer server) => FfcClient.StartAsync(
        new FfcOptions { EnvSecret = server.EnvSecret, StreamingUri = server.StreamingUri, EventsUri = server.BaseUri }, Token);
}
