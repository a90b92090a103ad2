using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Host.Tests;

/// <summary>The binding of arguments and the execution of results.</summary>
public class HttpInvocationTests
{
    [Theory]
    [InlineData("string/some%20text", "some text")]
    [InlineData("case/text", "text")]
    [InlineData("optional/5", "5")]
    [InlineData("optional", "none")]
    [InlineData("rest/a/b/c", "a/b/c")]
    [InlineData("rest", "none")]
    public async Task Route_values_are_bound_by_name(string path, string expected)
    {
        await using var host = await RunningHost.StartAsync<RouteValues>();

        Assert.Equal(expected, await host.GetStringAsync("api/" + path));
    }

    [Theory]
    [InlineData("result", 200, "result")]
    [InlineData("task-of-result", 201, "task of result")]
    [InlineData("typed-result", 200, "\"typed\"")]
    [InlineData("static", 200, "static")]
    public async Task Every_kind_of_result_is_executed(string path, int status, string body)
    {
        await using var host = await RunningHost.StartAsync([typeof(ResultKinds), typeof(StaticFunctions)]);

        using var response = await host.GetAsync("api/" + path);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Each_request_has_its_own_instance_and_scope_and_both_are_disposed()
    {
        var made = new List<Scoped>();
        await using (var host = await RunningHost.StartAsync<WithDependency>(builder =>
            builder.Services.AddSingleton(made).AddScoped<Scoped>()))
        {
            Assert.Equal("1 1", await host.GetStringAsync("api/count"));
            Assert.Equal("1 1", await host.GetStringAsync("api/count"));
        }

        Assert.Equal(2, made.Count);
        Assert.All(made, scoped => Assert.True(scoped.IsDisposed));
        Assert.All(made, scoped => Assert.True(scoped.User!.IsDisposed));
    }

    [Fact]
    public async Task The_parameter_of_the_trigger_is_the_request()
    {
        await using var host = await RunningHost.StartAsync<Bodies>();
        using var content = new StringContent("some body", Encoding.UTF8, "application/json");

        using var response = await host.Client.PostAsync("api/echo", content, TestContext.Current.CancellationToken);

        Assert.Equal("some body", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_body_over_64_KiB_reaches_the_function()
    {
        await using var host = await RunningHost.StartAsync<Bodies>();
        using var content = new ByteArrayContent(new byte[100 * 1024]);
        content.Headers.ContentType = new("application/json");

        using var response = await host.Client.PostAsync("api/echo", content, TestContext.Current.CancellationToken);

        Assert.Equal(100 * 1024, (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_of_the_host_gives_413(bool chunked)
    {
        await using var host = await RunningHost.StartAsync<Bodies>();
        using var content = new ByteArrayContent(new byte[9 * 1024 * 1024]);
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/echo") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        // The client waits for the response to the headers, so that an early 413 does not interrupt its upload.
        request.Headers.ExpectContinue = true;

        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);

        await RunningHost.ProblemDetailAsync(response, 413);
    }

    private const AuthorizationLevel Open = AuthorizationLevel.Anonymous;

    public class RouteValues
    {
        [Function("String")]
        public IResult OfString([HttpTrigger(Open, Route = "string/{text}")] HttpRequest request, string text) =>
            Results.Text(text);

        [Function("Case")]
        public IResult OfOtherCase([HttpTrigger(Open, Route = "case/{Text}")] HttpRequest request, string text) =>
            Results.Text(text);

        [Function("Optional")]
        public IResult Optional([HttpTrigger(Open, Route = "optional/{number?}")] HttpRequest request, string? number) =>
            Results.Text(number ?? "none");

        [Function("Rest")]
        public IResult Rest([HttpTrigger(Open, Route = "rest/{*path}")] HttpRequest request, string? path) =>
            Results.Text(path ?? "none");
    }

    public class ResultKinds
    {
        [Function("Result")]
        public IResult Result([HttpTrigger(Open, Route = "result")] HttpRequest request) => Results.Text("result");

        [Function("TaskOfResult")]
        public async Task<IResult> TaskOfResult([HttpTrigger(Open, Route = "task-of-result")] HttpRequest request)
        {
            await Task.Yield();
            return Results.Text("task of result", statusCode: 201);
        }

        [Function("TypedResult")]
        public Microsoft.AspNetCore.Http.HttpResults.Ok<string> TypedResult(
            [HttpTrigger(Open, Route = "typed-result")] HttpRequest request) => TypedResults.Ok("typed");
    }

    public static class StaticFunctions
    {
        [Function("Static")]
        public static IResult Run([HttpTrigger(Open, Route = "static")] HttpRequest request) => Results.Text("static");
    }

    public sealed class WithDependency : IDisposable
    {
        private readonly Scoped _scoped;
        private int _calls;

        public WithDependency(Scoped scoped)
        {
            _scoped = scoped;
            scoped.User = this;
        }

        public bool IsDisposed { get; private set; }

        [Function("Count")]
        public IResult Run([HttpTrigger(Open)] HttpRequest request) => Results.Text($"{++_calls} {++_scoped.Calls}");

        public void Dispose() => IsDisposed = true;
    }

    public sealed class Scoped : IDisposable
    {
        public Scoped(List<Scoped> made) => made.Add(this);

        public WithDependency? User { get; set; }

        public int Calls { get; set; }

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    public class Bodies
    {
        [Function("Echo")]
        public async Task<IResult> Run([HttpTrigger(Open, "post")] HttpRequest request, CancellationToken cancellationToken)
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancellationToken);
            return Results.Bytes(body.ToArray());
        }
    }
}
