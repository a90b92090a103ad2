using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Client;

/// <summary>Defaults in the options (<c>Ffc:Defaults</c>).</summary>
public sealed class ConfiguredDefaultTests
{
    [Fact]
    public async Task A_configured_default_takes_precedence_over_the_default_of_the_call()
    {
        var options = new FfcOptions
        {
            Offline = true,
            Bootstrap = MessageJson.Full(new FlagJson("a").Serves("7"), new FlagJson("text").Serves("not a number")),
            Defaults = { ["unknown"] = "42", ["a"] = "8", ["text"] = "9", ["switch"] = "yes" },
        };
        await using var client = new FfcClient(options);
        var user = Clients.User();

        Assert.Equal(42, client.Variation("unknown", user, 1));
        Assert.Equal("42", client.Variation("unknown", user, "x"));
        Assert.Equal(7, client.Variation("a", user, 1)); // no error: the flag's own value
        Assert.Equal(8, client.Variation("a", null, 1));
        Assert.Equal(9, client.Variation("text", user, 1)); // wrong type
        Assert.True(client.IsEnabled("switch", user));
        Assert.Equal(1, client.Variation("other", user, 1));
        Assert.Equal(1, client.Variation("UNKNOWN", user, 1));

        var state = client.VariationDetail("unknown", user, 1);
        Assert.Equal((EvaluationError.FlagNotFound, null, 42), (state.Error, state.VariationId, state.Value));
    }

    [Fact]
    public async Task The_default_of_the_call_is_returned_when_the_configured_one_has_another_type()
    {
        await using var client = new FfcClient(new FfcOptions { Offline = true, Defaults = { ["a"] = "yes" } });

        Assert.True(client.Variation("a", Clients.User(), true));
        Assert.Equal(5, client.Variation("a", Clients.User(), 5));
        Assert.Equal("yes", client.Variation("a", Clients.User(), "no"));
    }
}
