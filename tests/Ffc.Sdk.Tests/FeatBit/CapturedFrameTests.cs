using System.Text.Json;
using Ffc.Sdk.Flags;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.Sdk.Tests.FeatBit;

/// <summary>Messages that were captured from a FeatBit server.</summary>
public sealed class CapturedFrameTests
{
    private readonly DataStore _store = new(NullLogger<DataStore>.Instance);

    [Fact]
    public void A_full_contains_archived_flags_which_are_not_served()
    {
        ApplyFull();

        Assert.Equal(
            ["banner-colour", "discount", "new-checkout", "theme"], _store.Current.Flags.Select(flag => flag.Key).Order());
        Assert.Equal("b91b8417-7d9b-5431-b8a1-40262af9990b", Assert.Single(_store.Current.SegmentsById).Key);
    }

    [Fact]
    public void A_pushed_flag_replaces_the_flag_of_the_full()
    {
        ApplyFull();

        Assert.Equal(["banner-colour"], Apply("captured-push-flag-off.json"));
        Assert.False(_store.Current.FlagByKey("banner-colour")!.IsEnabled);
    }

    [Fact]
    public void A_pushed_archived_flag_is_removed_and_an_older_state_does_not_restore_it()
    {
        ApplyFull();

        Assert.Equal(["discount"], Apply("captured-push-flag-archived.json"));
        Assert.Null(_store.Current.FlagByKey("discount"));
        Assert.Empty(Apply("captured-patch-since.json"));
        Assert.Null(_store.Current.FlagByKey("discount"));
    }

    [Fact]
    public void A_pushed_segment_changes_the_flags_that_refer_to_it()
    {
        ApplyFull();

        Assert.Equal(["new-checkout"], Apply("captured-push-segment.json"));
        Assert.Contains("dave", _store.Current.SegmentsById.Values.Single().Included.AsEnumerable());
    }

    [Fact]
    public async Task Flags_are_evaluated_as_on_the_server()
    {
        await using var client = new FfcClient(new FfcOptions
        {
            EnvSecret = Clients.FeatBitSecret,
            Offline = true,
            Bootstrap = Messages("captured-full.json").Single(),
        });
        FfcUser bob = Clients.User("bob"), carol = Clients.User("carol");
        var adult = FfcUser.Builder("eve").Country("FR").Custom("age", "18").Build();

        Assert.Equal("""{"dark":true}""", client.Variation("theme", bob, ""));
        Assert.True(client.Variation("new-checkout", bob, false));
        Assert.False(client.Variation("new-checkout", carol, true));
        Assert.Equal((7.5, 0), (client.Variation("discount", adult, -1.0), client.Variation("discount", bob, -1.0)));
        Assert.Equal("flag not found", client.VariationDetail("old-thing", bob, "").Reason);
    }

    private static IEnumerable<string> Messages(string file)
    {
        using var stream = typeof(CapturedFrameTests).Assembly.GetManifestResourceStream(file)!;
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray()
            .Where(frame => frame.GetProperty("from").GetString() == "server")
            .Select(frame => frame.GetProperty("text").GetString()!)];
    }

    private void ApplyFull() => Apply("captured-full.json");

    private string[] Apply(string file) =>
        [.. Messages(file).SelectMany(message => _store.Apply(FeatBitMessage.Read(message)))];
}
