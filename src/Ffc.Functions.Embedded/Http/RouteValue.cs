using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Embedded.Http;

/// <summary>Reads a route's value as the type of the parameter that it is for.</summary>
internal static class RouteValue
{
    private static readonly Type[] Parsed = [typeof(int), typeof(long), typeof(bool), typeof(Guid)];

    public static bool Supports(Type type) => type == typeof(string) || Parsed.Contains(Nullable.GetUnderlyingType(type) ?? type);

    /// <summary>The value that <paramref name="parameter"/> gets from an <see cref="HttpContext"/>.</summary>
    public static Expression Read(Expression context, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var name = Expression.Constant(parameter.Name);
        if (type == typeof(string))
            return Expression.Call(typeof(RouteValue), nameof(Text), null, context, name);

        return Nullable.GetUnderlyingType(type) is { } underlying
            ? Expression.Call(typeof(RouteValue), nameof(ParseOptional), [underlying], context, name)
            : Expression.Call(typeof(RouteValue), nameof(Parse), [type], context, name);
    }

    private static string? Text(HttpContext context, string name) => context.Request.RouteValues[name] as string;

    private static T Parse<T>(HttpContext context, string name)
        where T : struct, IParsable<T> =>
        T.TryParse(Text(context, name), CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new BadHttpRequestException($"The value of '{name}' in the path must be {Describe<T>()}.");

    private static T? ParseOptional<T>(HttpContext context, string name)
        where T : struct, IParsable<T> =>
        Text(context, name) is null ? null : Parse<T>(context, name);

    private static string Describe<T>() =>
        typeof(T) == typeof(bool) ? "true or false"
        : typeof(T) == typeof(Guid) ? "a GUID"
        : $"a whole number of {(typeof(T) == typeof(int) ? 32 : 64)} bits";
}
