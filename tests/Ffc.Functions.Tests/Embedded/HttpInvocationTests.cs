using System.Globalization;
using System.Text;
using Ffc.Functions.Embedded;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Functions.Tests.Embedded;

/// <summary>From a request to a function's arguments, and from its result to the answer.</summary>
public class HttpInvocationTests
{
    [Theory]
    [InlineData("string/some%20text", "some text")]
    [InlineData("int/-12", "-12")]
    [InlineData("long/9223372036854775807", "9223372036854775807")]
    [InlineData("bool/TRUE", "True")]
    [InlineData("guid/0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e")]
    [InlineData("optional/5", "5")]
    [InlineData("optional", "none")]
    [InlineData("rest/a/b/c", "a/b/c")]
    [InlineData("rest", "none")]
    public async Task A_route_value_is_bound_by_name(string path, string expected)
    {
        await using var host = await RunningHost.StartAsync<RouteValues>();

        Assert.Equal(expected, await host.GetStringAsync("api/" + path));
    }

    [Theory]
    [InlineData("int/many", "'number'")]
    [InlineData("int/2147483648", "'number'")]
    [InlineData("int/1.5", "'number'")]
    [InlineData("long/9223372036854775808", "'number'")]
    [InlineData("bool/1", "'yes'")]
    [InlineData("guid/123", "'id'")]
    [InlineData("optional/x", "'number'")]
    public async Task A_route_value_of_another_type_is_answered_400_with_a_problem_that_names_it(string path, string named)
    {
        await using var host = await RunningHost.StartAsync<RouteValues>();

        using var response = await host.GetAsync("api/" + path);

        Assert.Contains(named, await RunningHost.ProblemDetailAsync(response, 400), StringComparison.Ordinal);
        Assert.Empty(host.Log.At(Microsoft.Extensions.Logging.LogLevel.Error));
    }

    [Theory]
    [InlineData("result", 200, "result")]
    [InlineData("task-of-result", 201, "task of result")]
    [InlineData("value-task-of-result", 202, "value task of result")]
    [InlineData("typed-result", 200, "\"typed\"")]
    [InlineData("action-result", 200, "{\"from\":\"mvc\"}")]
    [InlineData("task-of-action-result", 418, "")]
    [InlineData("void", 204, "")]
    [InlineData("task", 204, "")]
    [InlineData("value-task", 204, "")]
    [InlineData("void-with-status", 202, "")]
    [InlineData("task-with-body", 200, "written")]
    [InlineData("static", 200, "static")]
    public async Task Every_kind_of_result_is_executed(string path, int status, string body)
    {
        await using var host = await RunningHost.StartAsync([typeof(ResultKinds), typeof(StaticFunctions)]);

        using var response = await host.GetAsync("api/" + path);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task MVC_is_there_only_for_functions_that_return_its_results()
    {
        await using var with = await RunningHost.StartAsync<ResultKinds>();
        await using var without = await RunningHost.StartAsync<RouteValues>();

        Assert.NotNull(with.Host.Services.GetService<IActionResultExecutor<ObjectResult>>());
        Assert.Null(without.Host.Services.GetService<IActionResultExecutor<ObjectResult>>());
    }

    [Fact]
    public async Task Each_invocation_gets_an_instance_of_its_own_from_a_scope_of_its_own_and_both_are_disposed_of()
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
    public async Task The_request_is_the_triggers_parameter()
    {
        await using var host = await RunningHost.StartAsync<Bodies>();
        using var content = new StringContent("some body", Encoding.UTF8);

        using var response = await host.Client.PostAsync("api/echo", content, TestContext.Current.CancellationToken);

        Assert.Equal("some body", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_body_somewhat_over_64_KiB_reaches_the_function()
    {
        await using var host = await RunningHost.StartAsync<Bodies>();
        using var content = new ByteArrayContent(new byte[100 * 1024]);

        using var response = await host.Client.PostAsync("api/echo", content, TestContext.Current.CancellationToken);

        Assert.Equal(100 * 1024, (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_hosts_own_limit_is_answered_413_with_a_problem(bool chunked)
    {
        await using var host = await RunningHost.StartAsync<Bodies>();
        using var content = new ByteArrayContent(new byte[9 * 1024 * 1024]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/echo") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        // Asks first, so that an early answer does not cut off a client that is still sending.
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

        [Function("Int")]
        public IResult OfInt([HttpTrigger(Open, Route = "int/{Number}")] HttpRequest request, int number) => Text(number);

        [Function("Long")]
        public IResult OfLong([HttpTrigger(Open, Route = "long/{number}")] HttpRequest request, long number) => Text(number);

        [Function("Bool")]
        public IResult OfBool([HttpTrigger(Open, Route = "bool/{yes}")] HttpRequest request, bool yes) => Text(yes);

        [Function("Guid")]
        public IResult OfGuid([HttpTrigger(Open, Route = "guid/{id}")] HttpRequest request, Guid id) => Text(id);

        [Function("Optional")]
        public IResult Optional([HttpTrigger(Open, Route = "optional/{number?}")] HttpRequest request, int? number) =>
            number is null ? Results.Text("none") : Text(number);

        [Function("Rest")]
        public IResult Rest([HttpTrigger(Open, Route = "rest/{*path}")] HttpRequest request, string? path) =>
            Results.Text(path ?? "none");

        private static IResult Text(object value) => Results.Text(Convert.ToString(value, CultureInfo.InvariantCulture));
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

        [Function("ValueTaskOfResult")]
        public ValueTask<IResult> ValueTaskOfResult([HttpTrigger(Open, Route = "value-task-of-result")] HttpRequest request) =>
            new(Results.Text("value task of result", statusCode: 202));

        [Function("TypedResult")]
        public Task<Microsoft.AspNetCore.Http.HttpResults.Ok<string>> TypedResult(
            [HttpTrigger(Open, Route = "typed-result")] HttpRequest request) => Task.FromResult(TypedResults.Ok("typed"));

        [Function("ActionResult")]
        public IActionResult ActionResult([HttpTrigger(Open, Route = "action-result")] HttpRequest request) =>
            new OkObjectResult(new { From = "mvc" });

        [Function("TaskOfActionResult")]
        public Task<StatusCodeResult> TaskOfActionResult(
            [HttpTrigger(Open, Route = "task-of-action-result")] HttpRequest request) =>
            Task.FromResult(new StatusCodeResult(418));

        [Function("Void")]
        public void Void([HttpTrigger(Open, Route = "void")] HttpRequest request)
        {
        }

        [Function("Task")]
        public async Task Task_([HttpTrigger(Open, Route = "task")] HttpRequest request) => await Task.Yield();

        [Function("ValueTask")]
        public async ValueTask ValueTask_([HttpTrigger(Open, Route = "value-task")] HttpRequest request) => await Task.Yield();

        [Function("VoidWithStatus")]
        public void VoidWithStatus([HttpTrigger(Open, Route = "void-with-status")] HttpRequest request) =>
            request.HttpContext.Response.StatusCode = 202;

        [Function("TaskWithBody")]
        public Task TaskWithBody([HttpTrigger(Open, Route = "task-with-body")] HttpRequest request) =>
            request.HttpContext.Response.WriteAsync("written");
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
