using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.FeatBit;

public sealed class BootstrapTests
{
    [Theory]
    [InlineData(Clients.FeatBitSecret)]
    [InlineData("")] // The data identifies its format.
    public async Task Bootstrap_data_is_the_answer_of_the_server(string secret)
    {
        await using var client = Offline(secret, MessageJson.Full(new FeatBitFlagJson("f")));

        Assert.Equal("id-on on: fall through all rules", client.EvaluateAsText("f"));
    }

    [Fact]
    public async Task Without_a_secret_FFC_data_is_recognized_too()
    {
        await using var client = Offline("", MessageJson.Full(new FlagJson("f")));

        Assert.Equal("1 on: fall through all rules", client.EvaluateAsText("f"));
    }

    [Fact]
    public async Task An_empty_answer_does_not_make_the_client_ready()
    {
        // A FeatBit server gives it over HTTP for the secret of an environment that does not exist.
        await using var featBit = Offline(Clients.FeatBitSecret, MessageJson.Full());
        await using var ffc = Offline(Clients.Secret, MessageJson.Full());

        Assert.Equal((false, true), (featBit.Initialized, ffc.Initialized));
    }

    private static FfcClient Offline(string secret, string bootstrap) =>
        new(new FfcOptions { EnvSecret = secret, Offline = true, Bootstrap = bootstrap });
}
