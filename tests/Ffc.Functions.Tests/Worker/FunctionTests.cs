using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Ffc.Functions.Tests.Worker;

/// <summary>The names and routes of the functions conform to the rules of the Azure Functions host.</summary>
public sealed class FunctionTests
{
    private static readonly Assembly App = typeof(FfcFunctionsExtensions).Assembly;

    private static readonly IReadOnlyList<MethodInfo> Functions =
        [.. App.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.IsDefined(typeof(FunctionAttribute)))];

    [Fact]
    public void Function_names_are_valid_and_unique()
    {
        var names = Functions.Select(function => function.GetCustomAttribute<FunctionAttribute>()!.Name).ToList();

        Assert.NotEmpty(names);
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, name => Assert.Matches("^(?!host$)[A-Za-z][A-Za-z0-9_-]{0,127}$", name));
    }

    [Fact]
    public void Routes_do_not_collide_with_those_of_the_Azure_Functions_host()
    {
        var routes = Functions.SelectMany(function => function.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()?.Route).OfType<string>().ToList();

        Assert.NotEmpty(routes);
        Assert.All(routes, route => Assert.DoesNotMatch("^/|^(admin|runtime)(/|$)", route));
    }

    [Fact]
    public void The_function_app_does_not_reference_Ffc_Host_or_the_development_server() =>
        Assert.DoesNotContain(App.GetReferencedAssemblies(), reference => reference.Name is "Ffc.Host" or "Ffc.DevServer");
}
