using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ffc.Host.Tests;

public class HttpFailureTests
{
    private const string Secret = "not-for-the-log";

    [Theory]
    [InlineData("now")]
    [InlineData("later")]
    [InlineData("null")]
    public async Task An_exception_gives_500_without_details_and_one_log_entry_without_the_request(string path)
    {
        await using var host = await RunningHost.StartAsync<Failing>(builder => builder.Logging.SetMinimumLevel(LogLevel.Trace));

        using var response = await host.SendAsync(HttpMethod.Get, $"api/{path}/{Secret}?q={Secret}", ("x-header", Secret));

        var detail = await RunningHost.ProblemDetailAsync(response, 500);
        Assert.DoesNotContain("boom", detail, StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("x-half-done"));
        var entry = Assert.Single(host.Log.Entries, entry => entry.Level >= LogLevel.Warning);
        Assert.Equal(LogLevel.Error, entry.Level);
        Assert.Contains($"'{path}'", entry.Message, StringComparison.Ordinal);
        Assert.NotNull(entry.Exception);
        Assert.DoesNotContain(Secret, entry.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("half")]
    [InlineData("unsent")]
    public async Task A_response_that_fails_after_its_start_is_aborted_and_logged_once(string path)
    {
        await using var host = await RunningHost.StartAsync<Failing>();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => host.GetAsync($"api/{path}/x"));

        await host.StopAsync();
        Assert.Contains($"'{path}'", Assert.Single(host.Log.At(LogLevel.Error)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disconnect_cancels_the_function_and_is_not_an_error()
    {
        var waiting = new Waiting();
        await using var host = await RunningHost.StartAsync<Patient>(builder => builder.Services.AddSingleton(waiting));
        using var disconnectCts = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var call = host.Client.GetAsync("api/wait", disconnectCts.Token);
        await waiting.Begun.Task.WaitAsync(RunningHost.Deadline, TestContext.Current.CancellationToken);
        await disconnectCts.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        await waiting.Cancelled.Task.WaitAsync(RunningHost.Deadline, TestContext.Current.CancellationToken);
        await host.StopAsync();
        Assert.Empty(host.Log.At(LogLevel.Error));
    }

    [Fact]
    public async Task A_missing_dependency_gives_500_and_is_logged()
    {
        await using var host = await RunningHost.StartAsync<Patient>();

        using var response = await host.GetAsync("api/wait");

        await RunningHost.ProblemDetailAsync(response, 500);
        Assert.Contains(nameof(Waiting), Assert.Single(host.Log.At(LogLevel.Error)).Exception!.Message, StringComparison.Ordinal);
    }

    private const AuthorizationLevel Open = AuthorizationLevel.Anonymous;

    public class Failing
    {
        [Function("now")]
        public IResult Now([HttpTrigger(Open, Route = "now/{text}")] HttpRequest request)
        {
            request.HttpContext.Response.Headers["x-half-done"] = "1";
            throw new InvalidOperationException("boom");
        }

        [Function("later")]
        public async Task<IResult> Later([HttpTrigger(Open, Route = "later/{text}")] HttpRequest request)
        {
            await Task.Yield();
            throw new InvalidOperationException("boom");
        }

        [Function("null")]
        public IResult Null([HttpTrigger(Open, Route = "null/{text}")] HttpRequest request) => null!;

        [Function("half")]
        public async Task<IResult> Half([HttpTrigger(Open, Route = "half/{text}")] HttpRequest request)
        {
            await request.HttpContext.Response.WriteAsync("half");
            throw new InvalidOperationException("boom");
        }

        [Function("unsent")]
        public IResult Unsent([HttpTrigger(Open, Route = "unsent/{text}")] HttpRequest request)
        {
            request.HttpContext.Response.BodyWriter.Write("half"u8);
            throw new InvalidOperationException("boom");
        }
    }

    public class Patient(Waiting waiting)
    {
        [Function("wait")]
        public async Task<IResult> Run([HttpTrigger(Open)] HttpRequest request, CancellationToken cancellationToken)
        {
            waiting.Begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                waiting.Cancelled.SetResult();
                throw;
            }

            return Results.Ok();
        }
    }

    public class Waiting
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
