using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Ffc.Sdk.Tests.Golden;

/// <summary>In all reference cases, an explanation has the result of the evaluation and sends no event.</summary>
public sealed class ExplanationGoldenTests
{
    [Theory]
    [InlineData("ffc-golden.json.gz")]
    [InlineData("featbit-golden.json.gz")]
    public async Task Explanations_have_the_results_of_the_evaluations(string file)
    {
        using var stream = typeof(ExplanationGoldenTests).Assembly.GetManifestResourceStream(file)!;
        await using var decompressed = new GZipStream(stream, CompressionMode.Decompress);
        using var golden = await JsonDocument.ParseAsync(decompressed, default, TestContext.Current.CancellationToken);
        var root = golden.RootElement;
        var events = new RecordedInsights();
        var options = new FfcOptions
        {
            EnvSecret = root.GetProperty("envSecret").GetString()!,
            Bootstrap = root.GetProperty("dataSync").GetRawText(),
            Offline = true,
        };
        await using var client = new FfcClient(options, events);
        FfcUser[] users = [.. root.GetProperty("users").EnumerateArray().Select(FfcUser.FromJson)];

        var (failures, cases) = (new StringBuilder(), 0);
        foreach (var testCase in root.GetProperty("cases").EnumerateArray())
        {
            var user = users[testCase.GetProperty("user").GetInt32()];
            var key = testCase.GetProperty("flagKey").GetString()!;
            var explanation = client.Explain(key, user);
            Assert.Empty(events.TakeAll());

            var state = client.VariationDetail(key, user, "the default");
            var isInExperiment = events.TakeAll() is [.., var last] && last.SendToExperiment;
            var explained = (
                explanation.Value ?? "the default", explanation.VariationId, explanation.Reason, explanation.Error,
                explanation.IsInExperiment && explanation.VariationId is not null);
            var evaluated = (state.Value, state.VariationId, state.Reason, state.Error, isInExperiment);
            if (explained != evaluated || (explanation.Error == EvaluationError.None && !IsConsistent(explanation)))
                failures.AppendLine(CultureInfo.InvariantCulture, $"case {cases}: {evaluated}\n{explanation}");
            cases++;
        }

        Assert.Equal("", failures.ToString());
        Assert.Equal(4_000, cases);
    }

    // The steps lead to the result.
    private static bool IsConsistent(FlagExplanation explanation)
    {
        var nested = explanation.Prerequisites.Select(prerequisite => prerequisite.Evaluation).OfType<FlagExplanation>();
        var matching = explanation.Rules.Where(rule => rule.Matches).ToList();
        var picked = explanation.Rollouts is [.., var last] ? last.Ranges.SingleOrDefault(range => range.IncludesUser) : null;
        return nested.All(item => item.Error != EvaluationError.None || IsConsistent(item))
            && explanation.Rules.All(rule => rule.Matches == rule.Clauses.All(clause => clause.Holds))
            && matching.Count <= 1
            && explanation.Reason switch
            {
                EvaluationReasons.FlagOff => !explanation.IsOn && explanation.Prerequisites.Count == 0,
                EvaluationReasons.PrerequisiteFailed => !explanation.Prerequisites[^1].Holds,
                EvaluationReasons.TargetMatch => explanation.IsTargeted && explanation.Rules.Count == 0,
                EvaluationReasons.RuleMatch => explanation.Rules[^1].Matches && picked!.VariationId == explanation.VariationId,
                _ => picked!.VariationId == explanation.VariationId && explanation.Rollouts[^1].RuleNumber is null,
            };
    }
}
