using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Ffc.Sdk;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Functions.Tests.Ofrep;

public sealed class OfrepBulkTests
{
    private static readonly FlagJson[] Flags = [new("b"), new("a"), new FlagJson("c").Requires("a")];

    [Fact]
    public async Task Flags_are_ordered_by_key_when_they_arrive_in_any_order()
    {
        await using var one = await OfrepApp.StartAsync(Flags);
        await using var other = await OfrepApp.StartAsync([.. Flags.Reverse()]);

        using var answer = await one.EvaluateAllAsync();
        using var otherAnswer = await other.EvaluateAllAsync();

        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var keys = body.GetProperty("flags").EnumerateArray().Select(flag => flag.GetProperty("key").GetString());
        Assert.Equal(["a", "b", "c"], keys);
        Assert.Equal(1, body.GetProperty("metadata").GetProperty("ffc.dataVersion").GetInt64());
        Assert.Equal(Tag(answer), Tag(otherAnswer));
        Assert.Equal(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            await otherAnswer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_tag_is_strong_and_stays_the_same_when_nothing_changed()
    {
        await using var app = await OfrepApp.StartAsync(Flags);

        using var first = await app.EvaluateAllAsync(new { context = new { targetingKey = "ada", plan = "pro", seats = 1 } });
        using var again = await app.EvaluateAllAsync(
            new { context = new { seats = 1, plan = "pro", targetingKey = "ada", cart = new { } } });

        Assert.False(first.Headers.ETag!.IsWeak);
        Assert.Equal(Tag(first), Tag(again));
    }

    [Fact]
    public async Task The_tag_differs_when_user_data_version_or_result_differs()
    {
        await using var app = await OfrepApp.StartAsync(Flags);
        await using var newer = await OfrepApp.StartAsync([.. Flags[1..], new FlagJson("b", version: 2)]);
        await using var different = await OfrepApp.StartAsync([.. Flags[1..], new FlagJson("b").Serves("another")]);

        var tags = new List<string>();
        foreach (var (from, context) in new (OfrepApp, object)[]
        {
            (app, new { targetingKey = "ada" }),
            (app, new { targetingKey = "bob" }),
            (app, new { targetingKey = "ada", name = "ada" }),
            (app, new { targetingKey = "ada", email = "ada" }),
            (app, new { targetingKey = "ada", country = "ada" }),
            (app, new { targetingKey = "ada", plan = "ada" }),
            (app, new { targetingKey = "ada", ada = "plan" }),
            (newer, new { targetingKey = "ada" }),
            (different, new { targetingKey = "ada" }),
        })
        {
            using var answer = await from.EvaluateAllAsync(new { context });
            tags.Add(Tag(answer));
        }

        Assert.Equal(tags.Count, tags.Distinct().Count());
    }

    [Fact]
    public async Task The_tag_differs_when_a_flag_differs_and_the_data_version_is_the_same()
    {
        var tags = new List<string>();
        foreach (ItemJson[] flags in new ItemJson[][]
        {
            [new FlagJson("a"), new FlagJson("b")],
            [new FlagJson("a")],
            [new FlagJson("a"), new FlagJson("c")],
            [new FlagJson("a"), new FlagJson("b").Set("ff.name", "another")],
            [new FlagJson("a"), new FlagJson("b").Serves("another")],
            [new FlagJson("a"), new FlagJson("b").Rollouts(FlagJson.Rollout(0, 1, 3, "on"))],
            [new FlagJson("a"), new FlagJson("b").Targets(1, "ada")],
            [new FlagJson("a"), new FlagJson("b").Disabled()],
            [new FlagJson("a"), new FlagJson("b").Disabled().Set("ff.variationOptionWhenDisabled", null)],
            [new FlagJson("a").Serves("another"), new FlagJson("b")],
        })
        {
            await using var app = await OfrepApp.StartAsync(flags);
            using var answer = await app.EvaluateAllAsync();
            tags.Add(Tag(answer));
        }

        Assert.Equal(tags.Count, tags.Distinct().Count());
    }

    [Fact]
    public async Task The_tag_is_that_of_an_instance_that_received_the_same_data_in_another_way()
    {
        await using var one = await OfrepApp.StartAsync(new FlagJson("a"), new FlagJson("b", version: 2).Serves("new"));
        await using var other = await OfrepApp.StartAsync(new FlagJson("a"), new FlagJson("b").Serves("old"));
        using var before = await other.EvaluateAllAsync();
        other.Client.Accept(
            MessageJson.Read(MessageJson.Patch(new FlagJson("b", version: 2).Serves("new"))), FlagDataSource.Bootstrap);

        using var answer = await one.EvaluateAllAsync();
        using var after = await other.EvaluateAllAsync();

        Assert.NotEqual(Tag(before), Tag(after));
        Assert.Equal(Tag(answer), Tag(after));
    }

    [Theory]
    [InlineData("{0}", 304)]
    [InlineData("W/{0}", 304)]
    [InlineData("\"another\", {0}", 304)]
    [InlineData("*", 304)]
    [InlineData("\"another\"", 200)]
    [InlineData("", 200)]
    [InlineData("\"", 200)]
    [InlineData(",,,", 200)]
    public async Task Returns_304_when_If_None_Match_contains_the_tag(string ifNoneMatch, int status)
    {
        await using var app = await OfrepApp.StartAsync(Flags);
        using var first = await app.EvaluateAllAsync();

        using var answer = await app.EvaluateAllAsync(
            null, ("If-None-Match", ifNoneMatch.Replace("{0}", Tag(first), StringComparison.Ordinal)));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(Tag(first), Tag(answer));
        var body = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(status == 304, body.Length == 0);
    }

    [Fact]
    public async Task Returns_200_when_the_tag_belongs_to_another_user()
    {
        await using var app = await OfrepApp.StartAsync(Flags);
        using var ada = await app.EvaluateAllAsync();

        using var bob = await app.EvaluateAllAsync(new { context = new { targetingKey = "bob" } }, ("If-None-Match", Tag(ada)));

        Assert.Equal(HttpStatusCode.OK, bob.StatusCode);
    }

    [Fact]
    public async Task Sends_no_events_by_default()
    {
        await using var app = await OfrepApp.StartAsync(Flags);

        using var answer = await app.EvaluateAllAsync();

        Assert.Empty(app.Insights.TakeAll());
    }

    [Fact]
    public async Task TrackBulk_sends_the_events_of_each_flag_once_even_when_the_response_is_304()
    {
        await using var app = await OfrepApp.StartAsync(MessageJson.Full(Flags), "--Ffc:Ofrep:TrackBulk", "true");
        string[] expected = ["a", "b", "a", "c"];

        using var first = await app.EvaluateAllAsync();
        Assert.Equal(expected, app.Insights.TakeAll().Select(item => item.Result.FlagKey));

        using var second = await app.EvaluateAllAsync(null, ("If-None-Match", Tag(first)));
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(expected, app.Insights.TakeAll().Select(item => item.Result.FlagKey));
    }

    [Fact]
    public async Task A_response_with_many_flags_is_complete()
    {
        await using var app = await OfrepApp.StartAsync(
            [.. Enumerable.Range(0, 2_000).Select(i => new FlagJson($"flag-{i:D4}").Serves(new string('x', i % 300)))]);

        using var answer = await app.EvaluateAllAsync();

        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var flags = body.GetProperty("flags");
        Assert.Equal(2_000, flags.GetArrayLength());
        Assert.All(
            flags.EnumerateArray().Index(),
            item => Assert.Equal(item.Index % 300, item.Item.GetProperty("value").GetString()!.Length));
    }

    [Fact]
    public async Task Browsers_can_read_the_tag()
    {
        await using var app = await OfrepApp.StartAsync(
            MessageJson.Full(Flags), "--Ffc:Cors:AllowedOrigins", "https://shop.example.com");

        using var answer = await app.EvaluateAllAsync(null, ("Origin", "https://shop.example.com"));

        Assert.Equal("https://shop.example.com", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("ETag", Assert.Single(answer.Headers.GetValues("Access-Control-Expose-Headers")));
    }

    private static string Tag(HttpResponseMessage response) => response.Headers.ETag!.Tag;
}
