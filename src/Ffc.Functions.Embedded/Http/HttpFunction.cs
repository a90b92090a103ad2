using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Ffc.Functions.Embedded.Http;

/// <summary>A function with an HTTP trigger: its route, and how a request becomes its arguments.</summary>
internal sealed class HttpFunction
{
    private readonly Lazy<Func<object?, HttpContext, ValueTask<object?>>> _call;

    /// <exception cref="InvalidOperationException">
    /// The function has a route, a parameter or a result that the host cannot serve.
    /// </exception>
    public HttpFunction(Function function, string routePrefix)
    {
        var trigger = (HttpTriggerAttribute)function.Trigger;
        Function = function;
        Route = ParseRoute(function, routePrefix, trigger.Route ?? function.Name);
        Methods = [.. (trigger.Methods ?? []).Select(method => method.ToUpperInvariant()).Distinct()];
        NeedsKey = trigger.RequiredLevel != AuthorizationLevel.Anonymous;

        var result = FunctionCall.ResultType(function.Method);
        ReturnsNothing = result == typeof(void);
        NeedsMvc = !ReturnsNothing && !result.IsAssignableTo(typeof(IResult)) && IsActionResult(result);
        if (!ReturnsNothing && !NeedsMvc && !result.IsAssignableTo(typeof(IResult)))
        {
            throw function.Error(
                $"it returns {result.Name}; return an IResult or an IActionResult, or a task of one, or nothing.");
        }

        foreach (var parameter in function.Method.GetParameters())
            Check(parameter);

        // Compiled when it is first called: a start pays for no function but the one that answers.
        _call = new(() => FunctionCall.Compile<HttpContext>(function, Argument));
    }

    public Function Function { get; }

    public RoutePattern Route { get; }

    /// <summary>The HTTP methods in upper case; empty means any.</summary>
    public IReadOnlyList<string> Methods { get; }

    public bool NeedsKey { get; }

    public bool ReturnsNothing { get; }

    /// <summary>Whether the result is executed by MVC's services.</summary>
    public bool NeedsMvc { get; }

    /// <summary>Calls the function on <paramref name="instance"/> (null where it is static).</summary>
    public ValueTask<object?> CallAsync(object? instance, HttpContext context) => _call.Value(instance, context);

    // A method of its own, so that MVC's assembly is loaded only for a result that is not an IResult.
    private static bool IsActionResult(Type result) => result.IsAssignableTo(typeof(IActionResult));

    private static RoutePattern ParseRoute(Function function, string prefix, string route)
    {
        try
        {
            return RoutePatternFactory.Parse($"{prefix}/{route.TrimStart('/')}".Trim('/'));
        }
        catch (RoutePatternException exception)
        {
            throw function.Error($"its route '{route}' cannot be read: {exception.Message}");
        }
    }

    private void Check(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter == Function.TriggerParameter)
        {
            if (type != typeof(HttpRequest))
                throw Function.Error(parameter, "carries [HttpTrigger] and must be an HttpRequest.");
        }
        else if (type != typeof(CancellationToken))
        {
            if (Route.GetParameter(parameter.Name!) is not { } inRoute || !RouteValue.Supports(type))
            {
                throw Function.Error(
                    parameter,
                    $"is not supported: take a value of the route '{Route.RawText}' under its name there, "
                    + "as string, int, long, bool or Guid, or a CancellationToken.");
            }

            if (inRoute.IsOptional && type.IsValueType && Nullable.GetUnderlyingType(type) is null)
                throw Function.Error(parameter, "is optional in the route: make it nullable.");
        }
    }

    private Expression Argument(ParameterInfo parameter, ParameterExpression context) =>
        parameter == Function.TriggerParameter ? Expression.Property(context, nameof(HttpContext.Request))
        : parameter.ParameterType == typeof(CancellationToken) ? Expression.Property(context, nameof(HttpContext.RequestAborted))
        : RouteValue.Read(context, parameter);
}
