using Microsoft.AspNetCore.Http;

namespace Ffc.Host.Tests;

/// <summary>Which functions the host finds, and which it refuses at start-up because it cannot serve them.</summary>
public class FunctionDiscoveryTests
{
    public static TheoryData<Type, string[]> Refused => new()
    {
        { typeof(SameName), ["'twice'", nameof(SameName.First), nameof(SameName.Second), "unique"] },
        { typeof(SameRoute), ["Second", "First", "POST", "items/{name}"] },
        { typeof(SameRouteForAnyMethod), ["Second", "First", "GET"] },
        { typeof(BadRoute), ["'Broken'", "items/{id"] },
        { typeof(UnknownConstraint), ["'Odd'", "items/{id:prime}", "prime"] },
        { typeof(UnsupportedParameter), ["'Body'", "'body'", "Uri"] },
        { typeof(ParameterNotInRoute), ["'Lost'", "'name'", "items/{id}"] },
        { typeof(NumberInRoute), ["'Number'", "'id'", "Int32", "string"] },
        { typeof(TriggerOfAnotherType), ["'Text'", "'request'", "HttpRequest"] },
        { typeof(UnsupportedResult), ["'Number'", "Int32", "IResult"] },
        { typeof(NoResult), ["'Nothing'", "Void", "IResult"] },
        { typeof(NoTrigger), ["'Idle'", "[HttpTrigger]", "[TimerTrigger]"] },
        { typeof(TwoTriggers), ["'Both'", "exactly one"] },
        { typeof(NotPublic), ["'Hidden'", "public"] },
        { typeof(AsyncVoid), ["'Forgotten'", "async void"] },
        { typeof(Abstract), ["'Unmade'", "abstract"] },
        { typeof(TimerWithRequest), ["'Tick'", "'request'", "TimerInfo"] },
        { typeof(TimerOfAnotherType), ["'Tick'", "'timer'", "TimerInfo"] },
        { typeof(TimerWithResult), ["'Tick'", "IResult"] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Start_fails_with_a_message_that_names_a_function_the_host_cannot_serve(Type functions, string[] named)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => RunningHost.Builder([functions]).Build());

        Assert.All(named, name => Assert.Contains(name, exception.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_functions_of_the_function_app_are_served_by_default()
    {
        await using var host = await RunningHost.StartAsync(null);

        using var response = await host.GetAsync("api/health/live");

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task Routes_can_differ_in_method_or_constraint_only()
    {
        await using var host = await RunningHost.StartAsync<Neighbours>();

        Assert.Equal("read 7", await host.GetStringAsync("api/items/7"));
        Assert.Equal("named x", await host.GetStringAsync("api/items/x"));
        using var posted = await host.SendAsync(HttpMethod.Post, "api/items/7");
        Assert.Equal("written 7", await posted.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private const AuthorizationLevel Open = AuthorizationLevel.Anonymous;

    public class Neighbours
    {
        [Function("Read")]
        public IResult Read([HttpTrigger(Open, "get", Route = "items/{id:int}")] HttpRequest request, string id) =>
            Results.Text($"read {id}");

        [Function("ReadNamed")]
        public IResult ReadNamed([HttpTrigger(Open, "get", Route = "items/{name}")] HttpRequest request, string name) =>
            Results.Text($"named {name}");

        [Function("Write")]
        public IResult Write([HttpTrigger(Open, "post", Route = "items/{id:int}")] HttpRequest request, string id) =>
            Results.Text($"written {id}");
    }

    public class SameName
    {
        [Function("Twice")]
        public IResult First([HttpTrigger(Open, Route = "a")] HttpRequest request) => Results.Ok();

        [Function("twice")]
        public IResult Second([HttpTrigger(Open, Route = "b")] HttpRequest request) => Results.Ok();
    }

    public class SameRoute
    {
        [Function("First")]
        public IResult First([HttpTrigger(Open, "get", "post", Route = "Items/{id}")] HttpRequest request) => Results.Ok();

        [Function("Second")]
        public IResult Second([HttpTrigger(Open, "POST", Route = "items/{name}")] HttpRequest request) => Results.Ok();
    }

    public class SameRouteForAnyMethod
    {
        [Function("First")]
        public IResult First([HttpTrigger(Open, Route = "items")] HttpRequest request) => Results.Ok();

        [Function("Second")]
        public IResult Second([HttpTrigger(Open, "get", Route = "items")] HttpRequest request) => Results.Ok();
    }

    public class BadRoute
    {
        [Function("Broken")]
        public IResult Run([HttpTrigger(Open, Route = "items/{id")] HttpRequest request) => Results.Ok();
    }

    public class UnknownConstraint
    {
        [Function("Odd")]
        public IResult Run([HttpTrigger(Open, Route = "items/{id:prime}")] HttpRequest request) => Results.Ok();
    }

    public class UnsupportedParameter
    {
        [Function("Body")]
        public IResult Run([HttpTrigger(Open, Route = "items/{body}")] HttpRequest request, Uri body) => Results.Ok();
    }

    public class ParameterNotInRoute
    {
        [Function("Lost")]
        public IResult Run([HttpTrigger(Open, Route = "items/{id}")] HttpRequest request, string name) => Results.Ok();
    }

    public class NumberInRoute
    {
        [Function("Number")]
        public IResult Run([HttpTrigger(Open, Route = "items/{id}")] HttpRequest request, int id) => Results.Ok();
    }

    public class TriggerOfAnotherType
    {
        [Function("Text")]
        public IResult Run([HttpTrigger(Open)] string request) => Results.Ok();
    }

    public class UnsupportedResult
    {
        [Function("Number")]
        public Task<int> Run([HttpTrigger(Open)] HttpRequest request) => Task.FromResult(1);
    }

    public class NoResult
    {
        [Function("Nothing")]
        public void Run([HttpTrigger(Open)] HttpRequest request)
        {
        }
    }

    public class NoTrigger
    {
        [Function("Idle")]
        public IResult Run(HttpRequest request) => Results.Ok();
    }

    public class TwoTriggers
    {
        [Function("Both")]
        public void Run([HttpTrigger(Open)] HttpRequest request, [TimerTrigger("0 * * * * *")] TimerInfo timer)
        {
        }
    }

    public class NotPublic
    {
        [Function("Hidden")]
        internal IResult Run([HttpTrigger(Open)] HttpRequest request) => Results.Ok();
    }

    public class AsyncVoid
    {
        [Function("Forgotten")]
        public async void Run([HttpTrigger(Open)] HttpRequest request) => await request.Body.FlushAsync();
    }

    public abstract class Abstract
    {
        [Function("Unmade")]
        public IResult Run([HttpTrigger(Open)] HttpRequest request) => Results.Ok();
    }

    public class TimerWithRequest
    {
        [Function("Tick")]
        public void Run([TimerTrigger("0 * * * * *")] TimerInfo timer, HttpRequest request)
        {
        }
    }

    public class TimerOfAnotherType
    {
        [Function("Tick")]
        public void Run([TimerTrigger("0 * * * * *")] string timer)
        {
        }
    }

    public class TimerWithResult
    {
        [Function("Tick")]
        public IResult Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => Results.Ok();
    }
}
