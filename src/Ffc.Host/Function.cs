using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Host;

/// <summary>A method that has a <see cref="FunctionAttribute"/>, and the parameter that has its trigger.</summary>
/// <remarks>
/// Methods are called by reflection. A delegate of <c>RequestDelegateFactory</c> delays the first response by about 30 ms
/// (<c>benchmarks/ColdStart</c>), because it compiles expression trees.
/// </remarks>
internal sealed class Function
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly MethodInvoker _invoker;

    private Function(string name, Type @class, MethodInfo method, ParameterInfo triggerParameter, Attribute trigger)
    {
        Name = name;
        Class = @class;
        Method = method;
        TriggerParameter = triggerParameter;
        Trigger = trigger;
        _invoker = MethodInvoker.Create(method);
    }

    public string Name { get; }

    public Type Class { get; }

    public MethodInfo Method { get; }

    public ParameterInfo TriggerParameter { get; }

    /// <summary>An <see cref="HttpTriggerAttribute"/> or a <see cref="TimerTriggerAttribute"/>.</summary>
    public Attribute Trigger { get; }

    /// <summary>Finds the functions in the given classes.</summary>
    /// <exception cref="InvalidOperationException">A method cannot be a function, or two have the same name.</exception>
    public static IReadOnlyList<Function> FindIn(IEnumerable<Type> classes)
    {
        var functions = new Dictionary<string, Function>(StringComparer.OrdinalIgnoreCase);
        foreach (var @class in classes.Where(type => type.IsClass))
        {
            foreach (var method in @class.GetMethods(Declared))
            {
                if (method.GetCustomAttribute<FunctionAttribute>(inherit: false) is not { } attribute)
                    continue;

                var function = Create(attribute.Name, @class, method);
                if (!functions.TryAdd(function.Name, function))
                {
                    throw new InvalidOperationException(
                        $"Two functions are named '{function.Name}': {functions[function.Name]} and {function}. "
                        + "Function names must be unique and are not case-sensitive.");
                }
            }
        }

        return [.. functions.Values];
    }

    /// <summary>Calls the method, on an instance from <paramref name="services"/> unless it is static.</summary>
    public object? Invoke(IServiceProvider services, object?[] arguments) =>
        _invoker.Invoke(Method.IsStatic ? null : services.GetRequiredService(Class), arguments.AsSpan());

    /// <summary>Creates an error that names the function and its method.</summary>
    public InvalidOperationException Error(string problem) => Error(Name, Method, problem);

    /// <summary>Creates an error about a parameter of the function.</summary>
    public InvalidOperationException Error(ParameterInfo parameter, string problem) =>
        Error($"parameter '{parameter.Name}' ({parameter.ParameterType.Name}) {problem}");

    public override string ToString() => FullName(Method);

    private static Function Create(string name, Type @class, MethodInfo method)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw Error(name, method, "a function must have a name.");
        if (!method.IsPublic)
            throw Error(name, method, "make the method public: the Functions worker finds only public methods.");
        if (method.ContainsGenericParameters || (!method.IsStatic && @class.IsAbstract))
            throw Error(name, method, "the class and the method must be neither generic nor abstract.");
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
            throw Error(name, method, "return Task instead of async void: the host cannot detect the end or a failure.");

        var triggers = method.GetParameters().Where(parameter => TriggerOf(parameter) is not null).ToList();
        return triggers is [var only]
            ? new Function(name, @class, method, only, TriggerOf(only)!)
            : throw Error(
                name, method, $"exactly one parameter must have [HttpTrigger] or [TimerTrigger], but {triggers.Count} have.");
    }

    private static Attribute? TriggerOf(ParameterInfo parameter) =>
        (Attribute?)parameter.GetCustomAttribute<HttpTriggerAttribute>() ?? parameter.GetCustomAttribute<TimerTriggerAttribute>();

    private static InvalidOperationException Error(string name, MethodInfo method, string problem) =>
        new($"Function '{name}' ({FullName(method)}): {problem}");

    private static string FullName(MethodInfo method) => $"{method.DeclaringType?.FullName}.{method.Name}";
}
