using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ffc.Host.Http;

/// <summary>Maps HTTP functions to their routes, and responds to requests for unknown paths and methods.</summary>
internal static class FunctionRoutes
{
    /// <exception cref="InvalidOperationException">
    /// Two functions have the same route and method, or a route has an unknown constraint.
    /// </exception>
    public static void Map(WebApplication application, IReadOnlyList<HttpFunction> functions, FunctionKey? key)
    {
        CheckCollisions(functions);
        CheckConstraints(application.Services, functions);

        var logger = application.Services.GetRequiredService<ILogger<HttpFunctionHandler>>();
        var endpoints = functions.Select(function => CreateEndpoint(function, new HttpFunctionHandler(function, key, logger)));
        ((IEndpointRouteBuilder)application).DataSources.Add(new DefaultEndpointDataSource(endpoints));

        // WebApplication runs the routing middleware first; this is the last middleware.
        application.Run(DispatchAsync);
    }

    private static Endpoint CreateEndpoint(HttpFunction function, HttpFunctionHandler handler)
    {
        var builder = new RouteEndpointBuilder(handler.HandleAsync, function.Route, order: 0)
        {
            DisplayName = function.Function.Name,
        };
        if (function.Methods.Count > 0)
            builder.Metadata.Add(new HttpMethodMetadata(function.Methods));

        return builder.Build();
    }

    private static Task DispatchAsync(HttpContext context) => context.GetEndpoint() switch
    {
        RouteEndpoint { RequestDelegate: { } handle } => handle(context),
        null => Problem.WriteAsync(context, StatusCodes.Status404NotFound, "No function has this path."),
        var methodNotAllowed => RefuseMethodAsync(context, methodNotAllowed),
    };

    // The routing middleware provides an endpoint for a path that only has other methods. It sets the status and Allow, but
    // writes no body.
    private static async Task RefuseMethodAsync(HttpContext context, Endpoint methodNotAllowed)
    {
        await methodNotAllowed.RequestDelegate!(context);
        var (method, allowed) = (context.Request.Method, context.Response.Headers.Allow);
        await Problem.WriteAsync(
            context, context.Response.StatusCode, $"This path does not support {method}; it supports {allowed}.");
    }

    private static void CheckCollisions(IReadOnlyList<HttpFunction> functions)
    {
        foreach (var group in functions.GroupBy(function => Shape(function.Route)))
        {
            foreach (var (index, function) in group.Index())
            {
                if (group.Take(index).FirstOrDefault(other => HasCommonMethod(other, function)) is not { } first)
                    continue;

                var methods = function.Methods.Count > 0 ? string.Join(", ", function.Methods) : "any method";
                throw function.Function.Error(
                    $"function '{first.Function.Name}' already has its route '{function.Route.RawText}' for {methods}.");
            }
        }
    }

    private static bool HasCommonMethod(HttpFunction one, HttpFunction other) =>
        one.Methods.Count == 0 || other.Methods.Count == 0 || one.Methods.Intersect(other.Methods).Any();

    /// <summary>The route without case and parameter names: routes of the same shape match the same paths.</summary>
    private static string Shape(RoutePattern route) =>
        string.Join('/', route.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Shape))));

    private static string Shape(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content.ToUpperInvariant(),
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart { IsCatchAll: var isCatchAll, ParameterPolicies: var policies } =>
            $"{{{(isCatchAll ? "*" : "")}:{string.Join(':', policies.Select(policy => policy.Content))}}}",
        _ => throw new InvalidOperationException($"A route has a part of an unknown kind: {part.PartKind}."),
    };

    // The routing middleware detects an unknown constraint only when the first request arrives.
    private static void CheckConstraints(IServiceProvider services, IReadOnlyList<HttpFunction> functions)
    {
        foreach (var function in functions)
        {
            foreach (var parameter in function.Route.Parameters)
            {
                foreach (var policy in parameter.ParameterPolicies)
                {
                    try
                    {
                        services.GetRequiredService<ParameterPolicyFactory>().Create(parameter, policy);
                    }
                    catch (Exception exception) when (exception is InvalidOperationException or RouteCreationException)
                    {
                        throw function.Function.Error($"its route '{function.Route.RawText}' is invalid: {exception.Message}");
                    }
                }
            }
        }
    }
}
