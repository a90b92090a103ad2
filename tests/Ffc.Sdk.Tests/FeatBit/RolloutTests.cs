using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ffc.Sdk.Tests.TestData;
using static Ffc.Sdk.Tests.TestData.FeatBitFlagJson;

namespace Ffc.Sdk.Tests.FeatBit;

public sealed class RolloutTests
{
    private static readonly string LongName = new('x', 60);

    [Theory]
    [InlineData(null, "ada")]
    [InlineData("", "ada")]
    [InlineData("  ", "ada")]
    [InlineData("keyId", "ada")]
    [InlineData("name", "Ada Ünal 日本")]
    [InlineData("email", "ada@example.com")]
    [InlineData("plan", "pro")]
    [InlineData("missing", "")]
    [InlineData("long", "…")]
    public async Task Users_are_assigned_by_the_flag_key_and_the_dispatch_key(string? dispatchKey, string value)
    {
        var text = "flag-1" + (dispatchKey == "long" ? LongName : value);
        var percentage = Percentage(text);
        await using var client = Clients.OfflineFeatBit(
            new FeatBitFlagJson("flag-1").Fallthrough(
                dispatchKey, false, Rollout(0, Math.BitDecrement(percentage), "on"), Rollout(percentage, 1, "off")));
        var user = FfcUser.Builder("ada").Name("Ada Ünal 日本").Email("ada@example.com").Custom("plan", "pro")
            .Custom("long", LongName).Build();

        Assert.Equal("off", client.Variation("flag-1", user, ""));
    }

    [Fact]
    public async Task Both_ends_of_a_range_are_included_and_the_first_rollout_applies()
    {
        var percentage = Percentage("fada");
        await using var client = Clients.OfflineFeatBit(
            new FeatBitFlagJson("f").Fallthrough(Rollout(0, percentage, "on"), Rollout(percentage, 1, "off")),
            new FeatBitFlagJson("g").Fallthrough(Rollout(Percentage("gada"), Percentage("gada"), "on"), Rollout(0, 1, "off")));

        Assert.Equal(("on", "on"), (client.Variation("f", Clients.User(), ""), client.Variation("g", Clients.User(), "")));
    }

    [Theory]
    [InlineData(0.999995, true)]
    [InlineData(0.99998, false)]
    public async Task A_range_that_ends_near_1_includes_all_users(double end, bool includesAll)
    {
        var user = UserWith(percentage => percentage > 0.99999, "f");
        await using var client = Clients.OfflineFeatBit(new FeatBitFlagJson("f").Fallthrough(Rollout(0, end, "on")));

        Assert.Equal(includesAll ? "on" : "none", client.Variation("f", user, "none"));
    }

    [Theory]
    [InlineData(true, false, 0, true)]
    [InlineData(false, false, 1, false)]
    [InlineData(false, true, 1, true)]
    [InlineData(false, true, 0, false)]
    [InlineData(false, true, 0.999995, true)]
    public async Task SendToExperiment_follows_flag_rule_and_share(
        bool includesAll, bool inExperiment, double share, bool expected)
    {
        var events = new RecordedInsights();
        await using var client = Clients.OfflineFeatBit(
            events,
            new FeatBitFlagJson("f").Set("exptIncludeAllTargets", includesAll)
                .Rule([Rollout(0, 1, "off", share)], [], inExperiment: inExperiment)
                .Fallthrough(null, !inExperiment, Rollout(0, 1, "on")),
            new FeatBitFlagJson("target").Set("exptIncludeAllTargets", includesAll).Targets("off", "ada"));
        client.Variation("f", Clients.User(), "");
        client.Variation("target", Clients.User(), "");

        Assert.Equal([expected, includesAll], events.TakeAll().Select(item => item.SendToExperiment));
    }

    [Theory]
    [InlineData(0.5, 0.25)]
    [InlineData(1, 0.5)]
    [InlineData(0.5, 0.5)]
    public async Task An_experiment_includes_its_share_of_the_rollout(double end, double share)
    {
        var events = new RecordedInsights();
        await using var client = Clients.OfflineFeatBit(
            events,
            new FeatBitFlagJson("f").Fallthrough("plan", true, Rollout(0, end, "on", share), Rollout(end, 1, "off", 0)));
        for (var i = 0; i < 1_000; i++)
        {
            var plan = i.ToString(CultureInfo.InvariantCulture);
            var value = client.Variation("f", FfcUser.Builder("ada").Custom("plan", plan).Build(), "");

            var isOn = Percentage("f" + plan) <= end;
            Assert.Equal(isOn ? "on" : "off", value);
            Assert.Equal(
                isOn && Percentage("exptf" + plan) <= share / end, Assert.Single(events.TakeAll()).SendToExperiment);
        }
    }

    private static FfcUser UserWith(Func<double, bool> condition, string flagKey)
    {
        for (var i = 0; ; i++)
        {
            var key = i.ToString(CultureInfo.InvariantCulture);
            if (condition(Percentage(flagKey + key)))
                return Clients.User(key);
        }
    }

    private static double Percentage(string text)
    {
#pragma warning disable CA5351 // The reference result.
        var hash = MD5.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5351
        return Math.Abs(BitConverter.ToInt32(hash) / (double)int.MinValue);
    }
}
