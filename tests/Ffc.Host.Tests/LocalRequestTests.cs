using System.Text;
using Microsoft.AspNetCore.Http;

namespace Ffc.Host.Tests;

/// <summary>Which requests a host on loopback without a key accepts: none from pages of other sites.</summary>
public sealed class LocalRequestTests
{
    [Theory]
    [InlineData(200, "localhost")]
    [InlineData(200, "LOCALHOST:7071")]
    [InlineData(200, "127.0.0.1")]
    [InlineData(200, "127.1.2.3:80")]
    [InlineData(200, "[::1]:7071")]
    [InlineData(403, "rebound.example.com")]
    [InlineData(403, "localhost.example.com")]
    [InlineData(403, "192.168.0.1")]
    [InlineData(200, "localhost", "Origin", "http://localhost:3000")]
    [InlineData(200, "localhost", "Origin", "http://[::1]:3000")]
    [InlineData(403, "localhost", "Origin", "https://evil.example.com")]
    [InlineData(403, "localhost", "Origin", "null")]
    [InlineData(403, "localhost", "Origin", "http://localhost.example.com")]
    public async Task Host_and_Origin_must_be_loopback_names(int status, string name, params string[] header)
    {
        await using var host = await RunningHost.StartAsync<Functions>();

        (string, string)[] headers = header is [var other, var value] ? [("Host", name), (other, value)] : [("Host", name)];
        using var response = await host.SendAsync(HttpMethod.Get, "api/function", headers);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 403)
            Assert.Contains("Ffc__FunctionKey", await RunningHost.ProblemDetailAsync(response, 403), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "application/json")]
    [InlineData(200, "application/json; charset=utf-8")]
    [InlineData(200, "application/vnd.api+json")]
    [InlineData(415, "text/plain")]
    [InlineData(415, "application/x-www-form-urlencoded")]
    [InlineData(415, null)]
    public async Task A_body_must_be_JSON(int status, string? contentType)
    {
        await using var host = await RunningHost.StartAsync<Functions>();

        using var response = await PostAsync(host, contentType);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(200, "localhost", "https://shop.example.com")]
    [InlineData(200, "localhost", "http://localhost:3000")]
    [InlineData(403, "localhost", "https://evil.example.com")]
    [InlineData(403, "localhost", "https://shop.example.com.evil.example.com")]
    [InlineData(403, "shop.example.com", "https://shop.example.com")]
    [InlineData(200, "localhost", "https://evil.example.com", "*")]
    [InlineData(403, "evil.example.com", "https://evil.example.com", "*")]
    public async Task A_list_of_origins_adds_other_pages(
        int status, string name, string origin, string origins = "https://shop.example.com")
    {
        await using var host = await RunningHost.StartAsync<Functions>(settings: ["--Ffc:Cors:AllowedOrigins", origins]);

        using var response = await host.SendAsync(HttpMethod.Get, "api/function", ("Host", name), ("Origin", origin));

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task With_a_list_of_origins_a_body_must_still_be_JSON()
    {
        await using var host = await RunningHost.StartAsync<Functions>(
            settings: ["--Ffc:Cors:AllowedOrigins", "https://shop.example.com"]);

        using var text = await PostAsync(host, "text/plain");
        using var json = await PostAsync(host, "application/json");

        Assert.Equal((415, 200), ((int)text.StatusCode, (int)json.StatusCode));
    }

    [Fact]
    public async Task A_key_replaces_these_rules()
    {
        await using var host = await RunningHost.StartAsync<Functions>(settings: ["--Ffc:FunctionKey", "a-key"]);

        using var get = await host.SendAsync(
            HttpMethod.Get, "api/function",
            ("Host", "flags.example.com"), ("Origin", "https://shop.example.com"), ("x-functions-key", "a-key"));
        using var post = await PostAsync(host, "text/plain");

        Assert.Equal((200, 200), ((int)get.StatusCode, (int)post.StatusCode));
    }

    private static async Task<HttpResponseMessage> PostAsync(RunningHost host, string? contentType)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        if (contentType is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/function") { Content = content };
        request.Headers.Add("x-functions-key", "a-key");
        return await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public sealed class Functions
    {
        [Function("Function")]
        public IResult Run(
            [HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "function")] HttpRequest request) =>
            TypedResults.Ok();
    }
}
