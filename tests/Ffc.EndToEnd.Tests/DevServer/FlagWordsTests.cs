using Ffc.DevServer.Dashboard;
using Ffc.Sdk.Flags;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>The words in which the dashboard describes flags.</summary>
public class FlagWordsTests
{
    [Theory]
    [InlineData(""" { "if": "plan is one of pro, team", "serve": "on" } """, "plan is one of pro, team → true")]
    [InlineData(""" { "if": ["email ends with @a.de", "seats is at least 5"], "serve": "off" } """,
        "email ends with @a.de and seats is at least 5 → false")]
    [InlineData(""" { "if": "user is in a segment of beta", "serve": { "on": 12.5, "off": 87.5 } } """,
        "user is in a segment of beta → 12.5% true, 87.5% false")]
    public async Task A_rule_is_described_in_words(string rule, string words)
    {
        await using var test = await TestServer.StartAsync(
            $$"""
            {
              "flag": { "variations": { "on": true, "off": false }, "serve": "on", "rules": [{{rule}}] },
              "$segments": { "beta": ["ada"] },
            }
            """);

        var view = test.Server.Flags.View;

        Assert.Equal(words, FlagWords.Describe(view.Find("flag")!.Flag.Rules[0], view.Data));
    }

    [Fact]
    public async Task A_segment_is_described_by_its_name()
    {
        await using var test = await TestServer.StartAsync(
            await File.ReadAllTextAsync(Repository.PathOf("samples/featbit-flags.json"), TestContext.Current.CancellationToken));

        var view = test.Server.Flags.View;

        Assert.Equal(
            "user is in a segment of Staff → true", FlagWords.Describe(view.Find("new-dashboard")!.Flag.Rules[0], view.Data));
    }

    [Theory]
    [InlineData("0-0.5:a 0.5-1:b", "50% a, 50% b")]
    [InlineData("0-1:a", "a")]
    [InlineData("0-0:a 0-1:b", "b")]
    [InlineData("0-0.2:a 0.1-0.3:b", "20% a, 10% b")]
    [InlineData("0-0.3:a 0.9-1:b 0-1:c", "30% a, 60% c, 10% b")]
    [InlineData("0-0.3:a 0.2-2:b", "30% a, 70% b")]
    [InlineData("", "nothing")]
    public void Of_overlapping_rollouts_the_first_one_gets_the_users(string rollouts, string words)
    {
        var group = new RolloutGroup(
        [
            .. from text in rollouts.Split(' ', StringSplitOptions.RemoveEmptyEntries)
               let parts = text.Split('-', ':')
               select new Rollout(
                   double.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture),
                   double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture),
                   Rollout.NoExperiment,
                   new Variation(parts[2], parts[2])),
        ]);

        Assert.Equal(words, FlagWords.Describe(group));
    }
}
