using System.Linq.Expressions;
using System.Reflection;

namespace Ffc.Functions.Embedded;

/// <summary>Calls a function's method through a delegate that is compiled once, and evens out what methods return.</summary>
internal static class FunctionCall
{
    /// <summary>What the method gives once it was waited for: <c>void</c> for void, <c>Task</c> and <c>ValueTask</c>.</summary>
    public static Type ResultType(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask))
            return typeof(void);

        return IsTaskOf(type) ? type.GetGenericArguments()[0] : type;
    }

    /// <summary>
    /// Compiles the call of a method: from the instance (null where it is static) and what the arguments are read from, to the
    /// result (null where there is none).
    /// </summary>
    /// <param name="function">The function to call.</param>
    /// <param name="argument">What a parameter gets, given the <typeparamref name="TSource"/> that it is read from.</param>
    public static Func<object?, TSource, ValueTask<object?>> Compile<TSource>(
        Function function, Func<ParameterInfo, ParameterExpression, Expression> argument)
    {
        var method = function.Method;
        var instance = Expression.Parameter(typeof(object), "instance");
        var source = Expression.Parameter(typeof(TSource), "source");
        var arguments = method.GetParameters().Select(parameter => argument(parameter, source));
        var call = Expression.Call(method.IsStatic ? null : Expression.Convert(instance, function.Class), method, arguments);
        return Expression.Lambda<Func<object?, TSource, ValueTask<object?>>>(Waited(call), instance, source).Compile();
    }

    private static Expression Waited(MethodCallExpression call)
    {
        var type = call.Type;
        if (type == typeof(void))
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        if (type == typeof(Task))
            return Expression.Call(Method(nameof(WaitForTask)), call);
        if (type == typeof(ValueTask))
            return Expression.Call(Method(nameof(WaitForValueTask)), call);
        if (!IsTaskOf(type))
            return Expression.Call(Method(nameof(NoWait)), call);

        var generic = type.GetGenericTypeDefinition() == typeof(Task<>) ? nameof(WaitForTaskOf) : nameof(WaitForValueTaskOf);
        return Expression.Call(Method(generic).MakeGenericMethod(type.GetGenericArguments()), call);
    }

    private static bool IsTaskOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var definition
        && (definition == typeof(Task<>) || definition == typeof(ValueTask<>));

    private static MethodInfo Method(string name) =>
        typeof(FunctionCall).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;

    private static ValueTask<object?> NoWait(object? result) => new(result);

    // What is finished already, as an evaluation from memory is, costs no state machine.
    private static ValueTask<object?> WaitForTaskOf<T>(Task<T> task)
    {
        return task.IsCompletedSuccessfully ? new ValueTask<object?>(task.Result) : Wait(task);

        static async ValueTask<object?> Wait(Task<T> task) => await task;
    }

    private static ValueTask<object?> WaitForValueTaskOf<T>(ValueTask<T> task)
    {
        return task.IsCompletedSuccessfully ? new ValueTask<object?>(task.Result) : Wait(task);

        static async ValueTask<object?> Wait(ValueTask<T> task) => await task;
    }

    private static async ValueTask<object?> WaitForTask(Task task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> WaitForValueTask(ValueTask task)
    {
        await task;
        return null;
    }
}
