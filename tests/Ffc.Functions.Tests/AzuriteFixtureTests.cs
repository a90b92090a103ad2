using System.Net;

namespace Ffc.Tests;

public sealed class AzuriteFixtureTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task Azurite_answers_on_the_port_it_says()
    {
        var endpoint = azurite.ConnectionString.Split(';').Single(part => part.StartsWith("BlobEndpoint=", StringComparison.Ordinal))["BlobEndpoint=".Length..];
        using var http = new HttpClient();

        // Nobody may list without the key; what matters is that somebody says so.
        using var answer = await http.GetAsync(new Uri(endpoint + "?comp=list"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.StartsWith("Azurite", answer.Headers.Server.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Azurite_comes_back_on_the_same_port_after_an_outage()
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
