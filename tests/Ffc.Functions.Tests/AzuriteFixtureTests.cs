using System.Net;

namespace Ffc.Tests;

public sealed class AzuriteFixtureTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task Azurite_listens_on_the_port_in_its_connection_string()
    {
        const string Prefix = "BlobEndpoint=";
        var endpoint = azurite.ConnectionString.Split(';')
            .Single(part => part.StartsWith(Prefix, StringComparison.Ordinal))[Prefix.Length..];
        using var http = new HttpClient();

        // The request has no key. A 403 response proves that Azurite responds.
        using var answer = await http.GetAsync(new Uri(endpoint + "?comp=list"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.StartsWith("Azurite", answer.Headers.Server.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Azurite_listens_on_the_same_port_after_a_restart()
    {
        await using var own = await Azurite.StartRestartableAsync();
        var endpoint = own.BlobEndpoint;
        using var http = new HttpClient();

        await own.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(endpoint, TestContext.Current.CancellationToken));
        await own.RestartAsync();
        using var answer = await http.GetAsync(endpoint, TestContext.Current.CancellationToken);

        Assert.Equal(endpoint, own.BlobEndpoint);
    }
}
