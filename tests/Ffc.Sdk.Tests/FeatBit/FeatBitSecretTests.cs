using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.FeatBit;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.FeatBit;

public sealed class FeatBitSecretTests
{
    [Fact]
    public void Parse_reads_the_environment()
    {
        var secret = FeatBitSecret.Parse(Clients.FeatBitSecret);

        Assert.Equal(new Guid("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"), secret.EnvironmentId);
        Assert.Equal("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", secret.StorageName);
        Assert.Equal("environment 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", secret.ToString());
    }

    [Fact]
    public void Parse_reads_both_characters_that_differ_from_base64()
    {
        var secret = FeatBitSecret.Parse("AwIBAAUEBwYICQoLDA0ODw-_-_-_-_-_-_-_-_-_-_-A");

        Assert.Equal(Convert.FromBase64String("+/+/+/+/+/+/+/+/+/+/+A=="), secret.EnvironmentId.ToByteArray());
    }

    [Theory]
    [InlineData(Clients.FeatBitSecret, "featbit")]
    [InlineData(Clients.Secret, "ffc")]
    [InlineData("cmFuZG9tJTIwMjYwMTAxX19hYmNkX19lZmdoX19pamts", "ffc")] // also 44 letters and digits
    public void The_form_of_the_secret_selects_the_server(string secret, string server) =>
        Assert.Equal(server, ServerProtocol.Parse(secret).ServerName);

    [Theory]
    [InlineData("AwIBAAUEBwYICQoLDA0ODwPC0eD1pLeGmHlqW0w9Lh8", "is not base64")] // too short
    [InlineData("AwIBAAUEBwYICQoLDA0ODwPC0eD1pLeGmHlqW0w9Lh8AA", "is not base64")] // too long
    [InlineData("AwIBAAUEBwYICQoLDA0OD PC0eD1pLeGmHlqW0w9Lh8A", "contains blanks")]
    [InlineData("AwIBAAUEBwYICQoLDA0ODwPC0eD1pLeGmHlqW0w9Lh8.", "44 letters, digits")]
    [InlineData("AwIBAAUEBwYICQoLDA0ODwAAAAAAAAAAAAAAAAAAAAAA", "names no environment")]
    public void Constructor_of_the_client_throws_without_repeating_an_invalid_secret(string value, string fault)
    {
        var exception = Assert.Throws<ArgumentException>(() => new FfcClient(new FfcOptions { EnvSecret = value }));

        Assert.Contains("Ffc:EnvSecret: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(fault, exception.Message, StringComparison.Ordinal);
        for (var at = 0; at + 8 <= value.Length; at++)
            Assert.DoesNotContain(value.Substring(at, 8), exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_FeatBit_secret_needs_the_addresses_of_the_server()
    {
        var options = new FfcOptions { EnvSecret = Clients.FeatBitSecret };

        var exception = Assert.Throws<ArgumentException>(() => new FfcClient(options));

        const string Fault = "is missing: a FeatBit secret needs the address of your FeatBit evaluation server";
        Assert.Contains($"Ffc:StreamingUri: {Fault}", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"Ffc:EventsUri: {Fault}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offline_client_needs_no_address()
    {
        await using var client = new FfcClient(new FfcOptions { EnvSecret = Clients.FeatBitSecret, Offline = true });

        Assert.False(client.Initialized);
    }

    [Fact]
    public void A_token_contains_the_complete_secret_at_every_position()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);
        for (var seed = 0; seed < 1_000; seed++)
        {
            var token = ConnectionToken.Create(Clients.FeatBitSecret, now, new Random(seed));

            Assert.True(ConnectionToken.TryRead(token, out var secret, out var time));
            Assert.Equal((Clients.FeatBitSecret, now), (secret, time));
        }
    }
}
