using Ffc.Sdk.Tests.TestData;

namespace Ffc.Packages.Tests.FeatureManagement;

public sealed class AspNetCoreTests
{
    private static FlagJson Beta => new FlagJson("beta").Serves("false")
        .Rule([FlagJson.Rollout(0, 1, 2, "true")], [FlagJson.Clause("KeyId", "Equal", "ada")]);

    private static FlagJson Size => new FlagJson("size").Serves("Small")
        .Rule([FlagJson.Rollout(0, 1, 2, "Big")], [FlagJson.Clause("groups", "Contains", "staff")]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_feature_gate_asks_the_flag_for_the_current_user(bool isScoped)
    {
        await using var app = await FeatureApp.StartAsync(isScoped, Beta);

        Assert.Equal((200, "open"), await app.GetAsync("gated", "ada"));
        Assert.Equal(404, (await app.GetAsync("gated", "bob")).Status);
        Assert.Equal(404, (await app.GetAsync("gated")).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_feature_tag_shows_its_content_by_flag_and_by_variant(bool isScoped)
    {
        await using var app = await FeatureApp.StartAsync(isScoped, Beta, Size);

        Assert.Equal(["beta", "big"], await ParagraphsAsync(app, "ada"));
        Assert.Equal(["no beta", "big"], await ParagraphsAsync(app, "bob"));
        Assert.Equal(["no beta"], await ParagraphsAsync(app, user: null));
    }

    private static async Task<IEnumerable<string>> ParagraphsAsync(FeatureApp app, string? user)
    {
        var (status, body) = await app.GetAsync("features", user);
        Assert.Equal(200, status);
        return body.Split("<p>").Skip(1).Select(part => part.Split("</p>")[0]);
    }
}
