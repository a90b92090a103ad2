using System.Text;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Sdk.Tests.TestData;

namespace Ffc.Sdk.Tests.Protocol;

public sealed class EnvironmentSecretTests
{
    [Fact]
    public void A_secret_names_its_account_project_and_environment()
    {
        var secret = EnvironmentSecret.Parse(Clients.Secret);

        Assert.Equal(("1", "2", "3"), (secret.AccountId, secret.ProjectId, secret.EnvironmentId));
        Assert.Equal("FF__1__2__3__new-checkout", secret.FlagId("new-checkout"));
    }

    [Theory]
    [InlineData("r%20260101000000__acc__pro__env", "acc", "pro", "env")]
    [InlineData("r%20260101000000__acc__pro__env__device_r__more", "acc", "pro", "env")]
    [InlineData("r%20260101000000__7__8__9__ünïcødé_1", "7", "8", "9")]
    public void The_second_to_fourth_part_count(string text, string account, string project, string environment)
    {
        var secret = EnvironmentSecret.Parse(Base64(text));

        Assert.Equal((account, project, environment), (secret.AccountId, secret.ProjectId, secret.EnvironmentId));
    }

    [Theory]
    [InlineData("!n0t-b4se-64!")]
    [InlineData("YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo")] // its padding is cut off
    [InlineData("cl9fMV9fMl9fM19f-_8=")] // the alphabet of URLs
    [InlineData("Z29sZGVuLWVudiUyMDI2MDEwMTAwMDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ==\n")] // a header could not hold it
    [InlineData("Z29sZGVuLWVudiUyMDI2MDEwMTAw MDAwMF9fMV9fMl9fM19fZGVmYXVsdF8wMDAwMQ==")]
    [InlineData("b25seV9fdGhyZWVfX3BhcnRz")] // only__three__parts
    [InlineData("bm9wYXJ0cw==")] // noparts
    public void What_is_not_a_secret_is_refused_when_the_client_is_made_and_not_repeated(string value)
    {
        var e = Assert.Throws<ArgumentException>(() => new FfcClient(new FfcOptions { EnvSecret = value }));

        Assert.Contains("Ffc:EnvSecret: ", e.Message, StringComparison.Ordinal);
        for (var at = 0; at + 8 <= value.Length; at++)
            Assert.DoesNotContain(value.Substring(at, 8), e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_a_secret_is_not_the_secret() =>
        Assert.Equal("environment 1/2/3", EnvironmentSecret.Parse(Clients.Secret).ToString());

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
