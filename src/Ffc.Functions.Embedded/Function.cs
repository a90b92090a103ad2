using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ffc.Functions.Embedded;

/// <summary>A method that carries <see cref="FunctionAttribute"/>, and the parameter that says what triggers it.</summary>
internal sealed class Function
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private Function(string name, Type @class, MethodInfo method, ParameterInfo triggerParameter, Attribute trigger)
    {
        Name = name;
        Class = @class;
        Method = method;
        TriggerParameter = triggerParameter;
        Trigger = trigger;
    }

    public string Name { get; }

    public Type Class { get; }

    public MethodInfo Method { get; }

    public ParameterInfo TriggerParameter { get; }

    /// <summary>An <see cref="HttpTriggerAttribute"/> or a <see cref="TimerTriggerAttribute"/>.</summary>
    public Attribute Trigger { get; }

    /// <summary>Finds the functions in the given classes.</summary>
    /// <exception cref="InvalidOperationException">One of them cannot be a function, or two have the same name.</exception>
    public static IReadOnlyList<Function> FindIn(IEnumerable<Type> classes)
    {
        var functions = new Dictionary<string, Function>(StringComparer.OrdinalIgnoreCase);
        foreach (var @class in classes.Where(type => type.IsClass))
        {
            foreach (var method in @class.GetMethods(Declared))
            {
                if (method.GetCustomAttribute<FunctionAttribute>(inherit: false) is not { } attribute)
                    continue;

                var function = From(attribute.Name, @class, method);
                if (!functions.TryAdd(function.Name, function))
                {
                    throw new InvalidOperationException(
                        $"Two functions are named '{function.Name}': {functions[function.Name]} and {function}. "
                        + "A name must be unique, whatever its case.");
                }
            }
        }

        return [.. functions.Values];
    }

    /// <summary>An error that names the function and where it is written.</summary>
    public InvalidOperationException Error(string problem) => Error(Name, Method, problem);

    /// <summary>An error about one of the function's parameters.</summary>
    public InvalidOperationException Error(ParameterInfo parameter, string problem) =>
        Error($"parameter '{parameter.Name}' ({parameter.ParameterType.Name}) {problem}");

    public override string ToString() => Where(Method);

    private static Function From(string name, Type @class, MethodInfo method)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw Error(name, method, "a function needs a name.");
        if (!method.IsPublic)
            throw Error(name, method, "make the method public: the Functions worker finds no others.");
        if (method.ContainsGenericParameters || (!method.IsStatic && @class.IsAbstract))
            throw Error(name, method, "the class and the method must be neither generic nor abstract.");
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
            throw Error(name, method, "return Task instead of async void: nobody could wait for it or see it fail.");

        var triggers = method.GetParameters().Where(parameter => TriggerOf(parameter) is not null).ToList();
        return triggers is [var only]
            ? new Function(name, @class, method, only, TriggerOf(only)!)
            : throw Error(
                name, method, $"exactly one parameter must carry [HttpTrigger] or [TimerTrigger]; {triggers.Count} do.");
    }

    private static Attribute? TriggerOf(ParameterInfo parameter) =>
        (Attribute?)parameter.GetCustomAttribute<HttpTriggerAttribute>() ?? parameter.GetCustomAttribute<TimerTriggerAttribute>();

    private static InvalidOperationException Error(string name, MethodInfo method, string problem) =>
        new($"Function '{name}' ({Where(method)}): {problem}");

    private static string Where(MethodInfo method) => $"{method.DeclaringType?.FullName}.{method.Name}";
}
