using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ffc.Host.Tests;

public class FunctionKeyTests
{
    private const string Key = "a-key/with+signs=";

    private static readonly string[] Setting = ["--Ffc:FunctionKey", Key];

    [Theory]
    [InlineData("x-functions-key", Key)]
    [InlineData("X-API-Key", Key)]
    [InlineData("Authorization", "Bearer " + Key)]
    [InlineData("authorization", "bearer " + Key)]
    public async Task The_key_can_be_sent_in_a_header(string header, string value)
    {
        await using var host = await RunningHost.StartAsync<Levels>(settings: Setting);

        using var response = await host.SendAsync(HttpMethod.Get, "api/function", (header, value));

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task The_key_can_be_sent_in_the_query()
    {
        await using var host = await RunningHost.StartAsync<Levels>(settings: Setting);

        Assert.Equal("ok", await host.GetStringAsync("api/function?code=" + Uri.EscapeDataString(Key)));
    }

    [Theory]
    [InlineData("x-functions-key", "")]
    [InlineData("x-functions-key", "a-key/with+signs")]
    [InlineData("x-functions-key", Key + "x")]
    [InlineData("x-functions-key", "A-KEY/WITH+SIGNS=")]
    [InlineData("Authorization", Key)]
    [InlineData("Authorization", "Basic " + Key)]
    [InlineData("x-other", Key)]
    public async Task A_wrong_key_gives_401_that_says_how_to_send_it_and_does_not_reveal_it(string header, string value)
    {
        await using var host = await RunningHost.StartAsync<Levels>(
            builder => builder.Logging.SetMinimumLevel(LogLevel.Trace), settings: Setting);

        using var response = await host.SendAsync(HttpMethod.Get, "api/function", (header, value));

        var detail = await RunningHost.ProblemDetailAsync(response, 401);
        Assert.Contains("x-functions-key", detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, detail, StringComparison.Ordinal);
        Assert.NotEmpty(response.Headers.WwwAuthenticate);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Message.Contains(Key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("anonymous", 200)]
    [InlineData("user", 401)]
    [InlineData("function", 401)]
    [InlineData("system", 401)]
    [InlineData("admin", 401)]
    [InlineData("default", 401)]
    [InlineData("methods-alone", 401)]
    public async Task All_levels_except_anonymous_require_the_key(string path, int status)
    {
        await using var host = await RunningHost.StartAsync<Levels>(settings: Setting);

        using var response = await host.GetAsync("api/" + path);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task No_key_is_required_if_none_is_configured()
    {
        await using var host = await RunningHost.StartAsync<Levels>();

        Assert.Equal("ok", await host.GetStringAsync("api/admin"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public async Task Start_fails_if_the_key_is_set_but_empty(string key)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RunningHost.StartAsync<Levels>(builder => builder.Configuration["Ffc:FunctionKey"] = key));

        Assert.StartsWith("Ffc:FunctionKey: is empty", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_in_the_query_is_never_logged()
    {
        await using var host = await RunningHost.StartAsync<Levels>(
            settings: [.. Setting, "--Logging:LogLevel:Default", "Information", "--Logging:LogLevel:Microsoft", "Information"]);

        await host.GetStringAsync("api/function?code=" + Uri.EscapeDataString(Key));

        Assert.NotEmpty(host.Log.Entries);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Message.Contains("code", StringComparison.Ordinal));
    }

    public class Levels
    {
        [Function("anonymous")]
        public IResult Anonymous([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Ok();

        [Function("user")]
        public IResult User([HttpTrigger(AuthorizationLevel.User)] HttpRequest request) => Ok();

        [Function("function")]
        public IResult Function([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => Ok();

        [Function("system")]
        public IResult System([HttpTrigger(AuthorizationLevel.System)] HttpRequest request) => Ok();

        [Function("admin")]
        public IResult Admin([HttpTrigger(AuthorizationLevel.Admin)] HttpRequest request) => Ok();

        [Function("default")]
        public IResult Default([HttpTrigger] HttpRequest request) => Ok();

        [Function("methods-alone")]
        public IResult MethodsAlone([HttpTrigger("get")] HttpRequest request) => Ok();

        private static IResult Ok() => Results.Text("ok");
    }
}
