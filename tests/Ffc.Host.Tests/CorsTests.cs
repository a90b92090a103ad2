using Microsoft.AspNetCore.Http;

namespace Ffc.Host.Tests;

public sealed class CorsTests
{
    private const string Shop = "https://shop.example.com";

    private static readonly string[] Settings =
        ["--Ffc:FunctionKey", "a-key", "--Ffc:Cors:AllowedOrigins", $"http://localhost:3000, {Shop}/"];

    [Theory]
    [InlineData(Shop)]
    [InlineData("http://localhost:3000")]
    public async Task Preflight_of_an_allowed_origin_succeeds_without_the_key(string origin)
    {
        await using var host = await RunningHost.StartAsync<Functions>(settings: Settings);

        using var response = await PreflightAsync(host, origin);

        Assert.Equal(204, (int)response.StatusCode);
        Assert.Equal(origin, Header(response, "Access-Control-Allow-Origin"));
        Assert.Contains("POST", Header(response, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("x-functions-key", Header(response, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Responses_and_refusals_allow_a_listed_origin()
    {
        await using var host = await RunningHost.StartAsync<Functions>(settings: Settings);

        using var answer = await host.SendAsync(HttpMethod.Post, "api/function", ("Origin", Shop), ("x-functions-key", "a-key"));
        using var refusal = await host.SendAsync(HttpMethod.Post, "api/function", ("Origin", Shop));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(Shop, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal(401, (int)refusal.StatusCode);
        Assert.Equal(Shop, Header(refusal, "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("https://evil.example.com")]
    [InlineData("http://shop.example.com")]
    [InlineData("https://shop.example.com:8443")]
    [InlineData("null")]
    public async Task Other_origins_are_not_allowed(string origin)
    {
        await using var host = await RunningHost.StartAsync<Functions>(settings: Settings);

        using var preflight = await PreflightAsync(host, origin);
        using var answer = await host.SendAsync(
            HttpMethod.Post, "api/function", ("Origin", origin), ("x-functions-key", "a-key"));

        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task No_origin_is_allowed_by_default()
    {
        await using var host = await RunningHost.StartAsync<Functions>();

        using var preflight = await PreflightAsync(host, Shop);

        Assert.Equal(403, (int)preflight.StatusCode);
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task AllowedOrigins_can_be_a_list_and_a_star_allows_all_origins()
    {
        await using var list = await RunningHost.StartAsync<Functions>(
            settings: ["--Ffc:Cors:AllowedOrigins:0", "https://one.example.com", "--Ffc:Cors:AllowedOrigins:1", Shop]);
        await using var all = await RunningHost.StartAsync<Functions>(settings: ["--Ffc:Cors:AllowedOrigins", "*"]);

        using var listed = await PreflightAsync(list, Shop);
        using var any = await PreflightAsync(all, "https://any.example.com");

        Assert.Equal(Shop, Header(listed, "Access-Control-Allow-Origin"));
        Assert.Equal("*", Header(any, "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("shop.example.com")]
    [InlineData("https://shop.example.com/path")]
    [InlineData("https://shop.example.com?x")]
    [InlineData("ftp://shop.example.com")]
    [InlineData("https://user@shop.example.com")]
    public async Task Start_fails_if_a_value_is_not_an_origin(string origin)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RunningHost.StartAsync<Functions>(settings: ["--Ffc:Cors:AllowedOrigins", origin]));

        Assert.Contains("Ffc:Cors:AllowedOrigins", error.Message, StringComparison.Ordinal);
        Assert.Contains(origin, error.Message, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PreflightAsync(RunningHost host, string origin) => host.SendAsync(
        HttpMethod.Options,
        "api/function",
        ("Origin", origin),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type,x-functions-key"));

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    public sealed class Functions
    {
        [Function("Function")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Function, "post", Route = "function")] HttpRequest request) =>
            TypedResults.Text("ok");
    }
}
