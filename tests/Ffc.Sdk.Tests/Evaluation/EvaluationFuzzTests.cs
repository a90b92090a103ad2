using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Evaluation;

/// <summary>Evaluating random flags for random users neither throws nor returns an internal error.</summary>
public sealed class EvaluationFuzzTests
{
    private static readonly string[] Operations =
    [
        "Equal", "NotEqual", "Contains", "NotContain", "StartsWith", "EndsWith", "IsOneOf", "NotOneOf", "IsTrue", "IsFalse",
        "BiggerThan", "BiggerEqualThan", "LessThan", "LessEqualThan", "MatchRegex", "NotMatchRegex", "", "Nonsense",
    ];

    private static readonly string[] Properties =
        ["KeyId", "Name", "Email", "Country", "p", "q", "", "User is in segment", "User is not in segment"];

    private static readonly string[] Texts =
    [
        "", " ", "a", "A", "true", "FALSE", "1", "-1.5e3", "1e999", "NaN", "0.000005",
        "null", "[]", "[\"a\",\"s1\",\"s2\"]", "[1,null,[]]", "{", "{}", "(", "[",
        "(a+)+$", "^(?<!x)(a|a)*$", "\\p{L}+", "a{1000000}", "(?i)é", "é", "日本", "😀", "\u0000", "\uFFFF", "\u202E", "ı", "İ",
        new string('a', 40) + "!", new string('x', 3_000), new string('(', 3_000),
    ];

    // Flags cannot contain unpaired surrogates, because JSON cannot.
    private static readonly string[] UnpairedSurrogates = ["\ud800", "\udc00", "a\ud83d", "\ude00b", "\udc00\ud800"];

    private static readonly Gen<string> Text = Gen.Frequency((8, OneOf(Texts)), (1, Gen.String));
    private static readonly Gen<string> UserText = Gen.Frequency((3, Text), (1, OneOf(UnpairedSurrogates)));
    private static readonly Gen<int> LocalId = Gen.Int[1, 3];
    private static readonly Gen<double> Percentage = Gen.OneOf(
        Gen.Double[0, 1], OneOf([0.0, 1.0, 0.5, -1.0, 2.0, double.MaxValue]));
    private static readonly Gen<string> FlagKey = OneOf(["a", "b", "c", "unknown"]);

    private static readonly Gen<JsonObject> Rollout =
        Gen.Select(Percentage, Percentage, LocalId, Text, Gen.Bool, Percentage).Select(
            (min, max, id, value, inExperiment, share) => FlagJson.Rollout(min, max, id, value, inExperiment ? share : null));

    private static readonly Gen<JsonObject> Clause =
        Gen.Select(OneOf(Properties), OneOf(Operations), Text).Select(FlagJson.Clause);

    private static readonly Gen<FfcUser> User =
        Gen.Select(UserText, UserText, UserText, UserText, UserText).Select((key, name, email, p, q) =>
            FfcUser.Builder(NullIfBlank(key) ?? "k").Name(NullIfBlank(name)).Email(NullIfBlank(email))
                .Custom("p", p).Custom("q", q).Build());

    private static readonly Gen<SegmentJson> Segment =
        Gen.Select(OneOf(["s1", "s2"]), UserText, UserText, Clause.Array[0, 2]).Select((id, included, excluded, clauses) =>
            new SegmentJson(id).Includes("ina", included).Excludes(excluded).Rule(clauses));

    private static readonly Gen<(JsonObject[] Clauses, JsonObject[] Rollouts)> Rule =
        Gen.Select(Clause.Array[0, 3], Rollout.Array[0, 2]);

    private static readonly Gen<FlagJson> Flag =
        Gen.Select(FlagKey, Gen.Bool, Rollout.Array[0, 3], Rule.Array[0, 3], FlagKey.Array[0, 2], LocalId, Text).Select(
            (key, disabled, rollouts, rules, prerequisites, localId, target) =>
            {
                var flag = new FlagJson(key).Rollouts(rollouts).Targets(localId, target)
                    .Experiment(disabled ? null : localId == 1, localId == 2);
                foreach (var (clauses, ruleRollouts) in rules)
                    flag.Rule(ruleRollouts, clauses, localId == 3);
                foreach (var prerequisite in prerequisites)
                    flag.Requires(prerequisite, localId);
                return disabled ? flag.Disabled() : flag;
            });

    private static readonly Gen<ItemJson[]> Items = Gen.Select(Flag.Array[1, 4], Segment.Array[0, 3]).Select(
        (flags, segments) => (ItemJson[])[.. flags, .. segments]);

    [Fact]
    public void Evaluation_never_throws_and_never_returns_an_internal_error() => Gen.Select(Items, User.Array[1, 3]).Sample(
        (items, users) =>
        {
            var events = new RecordedInsights();
            var client = Clients.Offline(events, items);
            foreach (var user in users)
            {
                var all = client.GetAllFlags(user);
                Assert.True(all.Success);
                foreach (var expected in all.States)
                {
                    AssertNoInternalError(client.VariationDetail(expected.FlagKey, user, "d"), expected);
                    AssertNoInternalError(client.VariationDetail(expected.FlagKey, user, false));
                    AssertNoInternalError(client.VariationDetail(expected.FlagKey, user, 1));
                    AssertNoInternalError(client.VariationDetail(expected.FlagKey, user, 1m));
                    AssertNoInternalError(client.VariationDetail<JsonElement>(expected.FlagKey, user, default));
                    client.IsEnabled(expected.FlagKey, user);
                    Assert.Equal(expected, all.Get(expected.FlagKey));
                }
            }
        },
        iter: 1_000,
        print: sample => MessageJson.Full(sample.Item1));

    [Fact]
    public void Evaluation_returns_flag_not_found_for_any_text_that_is_not_a_flag_key()
    {
        var client = Clients.Offline(new FlagJson("a"));

        UserText.Sample(key =>
            client.VariationDetail(key, Clients.User(), "d").Error
                == (key == "a" ? EvaluationError.None : EvaluationError.FlagNotFound));
    }

    private static void AssertNoInternalError<T>(FlagState<T> state, FlagState<string>? expected = null)
    {
        Assert.True(state.Error is EvaluationError.None or EvaluationError.WrongType, state.Reason);
        if (expected is not null)
            Assert.Equal(expected, (object)state);
    }

    private static string? NullIfBlank(string text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static Gen<T> OneOf<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
