using Microsoft.AspNetCore.Http;

namespace Ffc.Host.Tests;

public class HttpRoutingTests
{
    [Theory]
    [InlineData(null, "/api/hello", "/api/Plain")]
    [InlineData("""{ "version": "2.0" }""", "/api/hello", "/api/Plain")]
    [InlineData("""{ "extensions": { "http": { "routePrefix": "v1/flags" } } }""", "/v1/flags/hello", "/v1/flags/plain")]
    [InlineData("\ufeff{ \"extensions\": { \"http\": { \"routePrefix\": \"v1\" } } }", "/v1/hello", "/v1/plain")]
    [InlineData("""{ "logging": { "logLevel": null }, "extensions": { "http": null } }""", "/api/hello", "/api/Plain")]
    [InlineData("""{ "extensions": { "http": { "routePrefix": null } } }""", "/api/hello", "/api/Plain")]
    [InlineData("""{ /* none */ "extensions": { "http": { "routePrefix": "", } } }""", "/hello", "/plain")]
    public async Task A_function_has_its_route_or_name_after_the_prefix_in_host_json(
        string? hostJson, string routePath, string namePath)
    {
        await using var host = await RunningHost.StartAsync<Greetings>(hostJson: hostJson);

        Assert.Equal("hello", await host.GetStringAsync(routePath));
        Assert.Equal("plain", await host.GetStringAsync(namePath));
    }

    [Fact]
    public void Start_fails_with_the_path_of_an_invalid_host_json()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => RunningHost.Builder([typeof(Greetings)], hostJson: "{"));

        Assert.Contains("host.json", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public async Task A_trigger_without_methods_accepts_all_methods(string method)
    {
        await using var host = await RunningHost.StartAsync<Greetings>();

        using var response = await host.SendAsync(new HttpMethod(method), "api/plain");

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task Other_methods_give_405_with_the_allowed_methods()
    {
        await using var host = await RunningHost.StartAsync<Greetings>();

        using var response = await host.SendAsync(HttpMethod.Delete, "api/hello");

        var detail = await RunningHost.ProblemDetailAsync(response, 405);
        Assert.Equal(["GET", "POST", "PUT"], response.Content.Headers.Allow.Order());
        Assert.Contains("DELETE", detail, StringComparison.Ordinal);
        Assert.Contains("PUT", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api/none")]
    [InlineData("hello")]
    [InlineData("")]
    public async Task An_unknown_path_gives_404(string path)
    {
        await using var host = await RunningHost.StartAsync<Greetings>();

        using var response = await host.GetAsync(path);

        await RunningHost.ProblemDetailAsync(response, 404);
    }

    [Fact]
    public async Task A_host_without_HTTP_functions_gives_404()
    {
        await using var host = await RunningHost.StartAsync([]);

        using var response = await host.GetAsync("api/hello");

        await RunningHost.ProblemDetailAsync(response, 404);
    }

    [Theory]
    [InlineData("k", 10_000)]
    [InlineData("鍵", 10_000)]
    public async Task A_very_long_path_reaches_the_function(string text, int length)
    {
        await using var host = await RunningHost.StartAsync<Greetings>();
        var key = string.Concat(Enumerable.Repeat(text, length / text.Length));

        Assert.Equal($"{length}", await host.GetStringAsync("api/length/" + Uri.EscapeDataString(key)));
    }

    private const AuthorizationLevel Open = AuthorizationLevel.Anonymous;

    public class Greetings
    {
        [Function("Hello")]
        public IResult Hello([HttpTrigger(Open, "get", "post", Route = "hello")] HttpRequest request) => Results.Text("hello");

        [Function("HelloPut")]
        public IResult HelloPut([HttpTrigger(Open, "Put", Route = "/hello")] HttpRequest request) => Results.Text("put");

        [Function("Plain")]
        public IResult Plain([HttpTrigger(Open)] HttpRequest request) => Results.Text("plain");

        [Function("Length")]
        public IResult Length([HttpTrigger(Open, Route = "length/{key}")] HttpRequest request, string key) =>
            Results.Text(key.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
