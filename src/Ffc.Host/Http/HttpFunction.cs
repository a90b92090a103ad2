using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Host.Http;

/// <summary>A function with an HTTP trigger.</summary>
internal sealed class HttpFunction
{
    private static readonly Type[] RouteValueTypes = [typeof(string), typeof(int), typeof(long), typeof(bool), typeof(Guid)];

    /// <exception cref="InvalidOperationException">The host does not support the route, a parameter or the result.</exception>
    public HttpFunction(Function function, string routePrefix)
    {
        var trigger = (HttpTriggerAttribute)function.Trigger;
        Function = function;
        Route = ParseRoute(function, routePrefix, trigger.Route ?? function.Name);
        Methods = [.. (trigger.Methods ?? []).Select(method => method.ToUpperInvariant()).Distinct()];
        NeedsKey = LevelOf(function.TriggerParameter) != AuthorizationLevel.Anonymous;

        var result = ResultType(function.Method.ReturnType);
        ReturnsNothing = result is null;
        if (result is not null && !result.IsAssignableTo(typeof(IResult)))
            throw function.Error($"it returns {result.Name}. Return an IResult, a task of an IResult, or nothing.");

        foreach (var parameter in function.Method.GetParameters())
            Check(parameter);
    }

    public Function Function { get; }

    public RoutePattern Route { get; }

    /// <summary>The HTTP methods in upper case; empty means any.</summary>
    public IReadOnlyList<string> Methods { get; }

    public bool NeedsKey { get; }

    public bool ReturnsNothing { get; }

    /// <summary>Creates a delegate that binds the parameters, calls the function and executes its result.</summary>
    public RequestDelegate CreateDelegate()
    {
        var options = new RequestDelegateFactoryOptions
        {
            RouteParameterNames = Route.Parameters.Select(parameter => parameter.Name),
            ThrowOnBadRequest = true,
        };
        Func<HttpContext, object>? instance = Function.Method.IsStatic
            ? null
            : context => context.RequestServices.GetRequiredService(Function.Class);
        return RequestDelegateFactory.Create(Function.Method, instance, options).RequestDelegate;
    }

    // The attribute's AuthLevel is Anonymous for [HttpTrigger("get")], where the real host requires a key: a level that the
    // constructor does not take is missing in the function's metadata and defaults to Function.
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

    // Null for void and for tasks without a result.
    private static Type? ResultType(Type type)
    {
        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
            return null;

        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return definition == typeof(Task<>) || definition == typeof(ValueTask<>) ? type.GetGenericArguments()[0] : type;
    }

    private void Check(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter == Function.TriggerParameter)
        {
            if (type != typeof(HttpRequest))
                throw Function.Error(parameter, "has [HttpTrigger] and must be an HttpRequest.");
        }
        else if (type != typeof(CancellationToken))
        {
            var valueType = Nullable.GetUnderlyingType(type) ?? type;
            if (Route.GetParameter(parameter.Name!) is not { } inRoute || !RouteValueTypes.Contains(valueType))
            {
                throw Function.Error(
                    parameter,
                    $"is not supported. A parameter is a CancellationToken, or has the name of a value in the route "
                    + $"'{Route.RawText}' and the type string, int, long, bool or Guid.");
            }

            if (inRoute.IsOptional && type.IsValueType && valueType == type)
                throw Function.Error(parameter, "is optional in the route: make it nullable.");
        }
    }
}
