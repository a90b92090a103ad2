using System.Text;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Protocol;

public sealed class EnvironmentSecretTests
{
    [Fact]
    public void Parse_reads_account_project_and_environment()
    {
        var secret = EnvironmentSecret.Parse(Clients.Secret);

        Assert.Equal(("1", "2", "3"), (secret.AccountId, secret.ProjectId, secret.EnvironmentId));
        Assert.Equal("FF__1__2__3__new-checkout", secret.FlagId("new-checkout"));
    }

    [Theory]
    [InlineData("r%20260101000000__acc__pro__env", "acc", "pro", "env")]
    [InlineData("r%20260101000000__acc__pro__env__device_r__more", "acc", "pro", "env")]
    [InlineData("r%20260101000000__7__8__9__ünïcødé_1", "7", "8", "9")]
    public void Parse_reads_the_second_to_fourth_part(string text, string account, string project, string environment)
    {
        var secret = EnvironmentSecret.Parse(Base64(text));

        Assert.Equal((account, project, environment), (secret.AccountId, secret.ProjectId, secret.EnvironmentId));
    }

    [Theory]
    [InlineData("!n0t-b4se-64!")]
    [InlineData("YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo")] // without its padding
    [InlineData("cl9fMV9fMl9fM19f-_8=")] // base64url
    [InlineData("Z29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ==\n")] // invalid in a header
    [InlineData("Z29sZGVuLWVudiUyMDI2MDEwMTAw MDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ==")]
    [InlineData("b25seV9fdGhyZWVfX3BhcnRz")] // only__three__parts
    [InlineData("bm9wYXJ0cw==")] // noparts
    public void Constructor_of_the_client_throws_without_repeating_an_invalid_secret(string value)
    {
        var exception = Assert.Throws<ArgumentException>(() => new FfcClient(new FfcOptions { EnvSecret = value }));

        Assert.Contains("Ffc:EnvSecret: ", exception.Message, StringComparison.Ordinal);
        for (var at = 0; at + 8 <= value.Length; at++)
            Assert.DoesNotContain(value.Substring(at, 8), exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_does_not_reveal_the_secret() =>
        Assert.Equal("environment 1/2/3", EnvironmentSecret.Parse(Clients.Secret).ToString());

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
