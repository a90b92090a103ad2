using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Embedded.Http;

/// <summary>Puts the HTTP functions on their routes and answers for every path and method that is none of theirs.</summary>
internal static class FunctionRoutes
{
    /// <exception cref="InvalidOperationException">
    /// Two functions would answer the same requests, or a route has a constraint that does not exist.
    /// </exception>
    public static void Map(WebApplication application, IReadOnlyList<HttpFunction> functions, FunctionKey? key)
    {
        RefuseCollisions(functions);
        CheckConstraints(application.Services, functions);

        var logger = application.Services.GetRequiredService<ILogger<HttpFunctionHandler>>();
        var endpoints = functions.Select(function => Endpoint(function, new HttpFunctionHandler(function, key, logger)));
        ((IEndpointRouteBuilder)application).DataSources.Add(new DefaultEndpointDataSource(endpoints));

        // Comes after routing, which WebApplication puts first; nothing comes after it.
        application.Run(DispatchAsync);
    }

    private static Endpoint Endpoint(HttpFunction function, HttpFunctionHandler handler)
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
        RouteEndpoint { RequestDelegate: { } answer } => answer(context),
        null => Problem.WriteAsync(context, StatusCodes.Status404NotFound, "No function has this path."),
        var refusal => RefuseMethodAsync(context, refusal),
    };

    // Routing's own endpoint for a path whose functions have other methods: it sets the status and Allow, and no body.
    private static async Task RefuseMethodAsync(HttpContext context, Endpoint refusal)
    {
        await refusal.RequestDelegate!(context);
        var (method, allowed) = (context.Request.Method, context.Response.Headers.Allow);
        await Problem.WriteAsync(
            context, context.Response.StatusCode, $"This path does not answer {method}; it answers {allowed}.");
    }

    private static void RefuseCollisions(IReadOnlyList<HttpFunction> functions)
    {
        foreach (var group in functions.GroupBy(function => Shape(function.Route)))
        {
            foreach (var (index, function) in group.Index())
            {
                if (group.Take(index).FirstOrDefault(other => Overlap(other, function)) is not { } first)
                    continue;

                var methods = function.Methods.Count > 0 ? string.Join(", ", function.Methods) : "any method";
                throw function.Function.Error(
                    $"its route '{function.Route.RawText}' for {methods} is taken by function '{first.Function.Name}'.");
            }
        }
    }

    private static bool Overlap(HttpFunction one, HttpFunction other) =>
        one.Methods.Count == 0 || other.Methods.Count == 0 || one.Methods.Intersect(other.Methods).Any();

    /// <summary>What makes two routes answer the same paths: everything but case and the names of parameters.</summary>
    private static string Shape(RoutePattern route) =>
        string.Join('/', route.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Shape))));

    private static string Shape(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content.ToUpperInvariant(),
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart { IsCatchAll: var isCatchAll, ParameterPolicies: var policies } =>
            $"{{{(isCatchAll ? "*" : "")}:{string.Join(':', policies.Select(policy => policy.Content))}}}",
        _ => throw new InvalidOperationException($"A route has a part of a kind unknown here: {part.PartKind}."),
    };

    // Routing itself finds out about an unknown constraint only when the first request comes.
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
                        throw function.Function.Error(
                            $"its route '{function.Route.RawText}' cannot be used: {exception.Message}");
                    }
                }
            }
        }
    }
}
