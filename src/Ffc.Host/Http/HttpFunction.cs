using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace Ffc.Host.Http;

/// <summary>A function with an HTTP trigger.</summary>
internal sealed class HttpFunction
{
    private readonly Func<HttpContext, object?>[] _arguments;

    /// <exception cref="InvalidOperationException">The host does not support the route, a parameter or the result.</exception>
    public HttpFunction(Function function, string routePrefix)
    {
        var trigger = (HttpTriggerAttribute)function.Trigger;
        Function = function;
        Route = ParseRoute(function, routePrefix, trigger.Route ?? function.Name);
        Methods = [.. (trigger.Methods ?? []).Select(method => method.ToUpperInvariant()).Distinct()];
        NeedsKey = LevelOf(function.TriggerParameter) != AuthorizationLevel.Anonymous;

        var result = function.Method.ReturnType;
        if (result != typeof(Task<IResult>) && !result.IsAssignableTo(typeof(IResult)))
            throw function.Error($"it returns {result}. Return an IResult or a Task<IResult>.");

        _arguments = Array.ConvertAll(function.Method.GetParameters(), Bind);
    }

    public Function Function { get; }

    public RoutePattern Route { get; }

    /// <summary>The HTTP methods in upper case; empty means any.</summary>
    public IReadOnlyList<string> Methods { get; }

    public bool NeedsKey { get; }

    /// <summary>Calls the function.</summary>
    public async Task<IResult> CallAsync(HttpContext context)
    {
        var result = Function.Invoke(context.RequestServices, Array.ConvertAll(_arguments, argument => argument(context)));
        return (result is Task<IResult> task ? await task : (IResult?)result)
            ?? throw new InvalidOperationException("The function returned null instead of a result.");
    }

    // For [HttpTrigger("get")], the attribute's AuthLevel is Anonymous, but the Functions host requires a key: the function's
    // metadata contains only the arguments of the constructor, and a missing level defaults to Function.
    private static AuthorizationLevel LevelOf(ParameterInfo parameter) => parameter.GetCustomAttributesData()
        .Where(attribute => attribute.AttributeType == typeof(HttpTriggerAttribute))
        .SelectMany(attribute => attribute.ConstructorArguments)
        .Where(argument => argument.ArgumentType == typeof(AuthorizationLevel))
        .Select(argument => (AuthorizationLevel)argument.Value!)
        .DefaultIfEmpty(AuthorizationLevel.Function)
        .First();

    private static RoutePattern ParseRoute(Function function, string prefix, string route)
    {
        try
        {
            return RoutePatternFactory.Parse($"{prefix}/{route.TrimStart('/')}".Trim('/'));
        }
        catch (RoutePatternException exception)
        {
            throw function.Error($"its route '{route}' is invalid: {exception.Message}");
        }
    }

    private Func<HttpContext, object?> Bind(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter == Function.TriggerParameter)
        {
            return type == typeof(HttpRequest)
                ? context => context.Request
                : throw Function.Error(parameter, "has [HttpTrigger] and must be an HttpRequest.");
        }

        if (type == typeof(CancellationToken))
            return context => context.RequestAborted;
        if (type == typeof(string) && Route.GetParameter(parameter.Name!) is { Name: var name })
            return context => context.Request.RouteValues[name];

        throw Function.Error(
            parameter,
            $"is not supported. A parameter must be a CancellationToken, or a string with the name of a value in the route "
            + $"'{Route.RawText}'.");
    }
}
