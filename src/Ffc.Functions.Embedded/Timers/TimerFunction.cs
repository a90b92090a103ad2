using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Ffc.Functions.Embedded.Timers;

/// <summary>A function with a timer trigger: its schedule, and how a run becomes its arguments.</summary>
internal sealed class TimerFunction
{
    private readonly Lazy<Func<object?, Run, ValueTask<object?>>> _call;

    /// <exception cref="InvalidOperationException">
    /// The function has a parameter or a result that the host cannot serve.
    /// </exception>
    public TimerFunction(Function function)
    {
        Function = function;
        Trigger = (TimerTriggerAttribute)function.Trigger;

        var result = FunctionCall.ResultType(function.Method);
        if (result != typeof(void))
            throw function.Error($"it returns {result.Name}, which nobody would get: return nothing or a Task.");

        foreach (var parameter in function.Method.GetParameters())
            Check(parameter);

        _call = new(() => FunctionCall.Compile<Run>(function, Argument));
    }

    public Function Function { get; }

    public TimerTriggerAttribute Trigger { get; }

    /// <summary>Calls the function on <paramref name="instance"/> (null where it is static).</summary>
    public async Task CallAsync(object? instance, TimerInfo info, CancellationToken stopping) =>
        await _call.Value(instance, new Run(info, stopping));

    /// <summary>Reads the schedule, with the settings that it names put in.</summary>
    /// <param name="configuration">Where the settings are.</param>
    /// <param name="schedule">The schedule; null if a setting is missing.</param>
    /// <param name="missingSetting">The setting that is missing; null if none is.</param>
    /// <exception cref="InvalidOperationException">It is not a schedule.</exception>
    public bool TryGetSchedule(
        IConfiguration configuration,
        [NotNullWhen(true)] out TimerSchedule? schedule,
        [NotNullWhen(false)] out string? missingSetting)
    {
        schedule = null;
        if (!TryResolve(Trigger.Schedule, configuration, out var text, out missingSetting))
            return false;

        var given = text == Trigger.Schedule ? $"'{text}'" : $"'{text}' (from '{Trigger.Schedule}')";
        schedule = TimerSchedule.TryParse(text)
            ?? throw Function.Error($"its schedule {given} cannot be read; expected {TimerSchedule.Expected}.");
        return true;
    }

    // %Name% as on the real host: what stands between a pair of signs names a setting. A sign without its pair stays where
    // it is, for the schedule's parser to refuse.
    private static bool TryResolve(
        string schedule, IConfiguration configuration, out string text, [NotNullWhen(false)] out string? missingSetting)
    {
        var pieces = schedule.Split('%');
        var resolved = new StringBuilder();
        for (var i = 0; i < pieces.Length; i++)
        {
            if (i % 2 == 0)
            {
                resolved.Append(pieces[i]);
                continue;
            }

            if (i == pieces.Length - 1)
            {
                resolved.Append('%').Append(pieces[i]);
                continue;
            }

            var name = pieces[i].Replace("__", ":", StringComparison.Ordinal);
            if (configuration[name] is not { } value || string.IsNullOrWhiteSpace(value))
            {
                text = schedule;
                missingSetting = name;
                return false;
            }

            resolved.Append(value);
        }

        text = resolved.ToString();
        missingSetting = null;
        return true;
    }

    private void Check(ParameterInfo parameter)
    {
        if (parameter == Function.TriggerParameter)
        {
            if (parameter.ParameterType != typeof(TimerInfo))
                throw Function.Error(parameter, "carries [TimerTrigger] and must be a TimerInfo.");
        }
        else if (parameter.ParameterType != typeof(CancellationToken))
        {
            throw Function.Error(parameter, "is not supported: a timer function takes a TimerInfo and a CancellationToken.");
        }
    }

    private MemberExpression Argument(ParameterInfo parameter, ParameterExpression run) =>
        Expression.Property(run, parameter == Function.TriggerParameter ? nameof(Run.Info) : nameof(Run.Stopping));

    private sealed record Run(TimerInfo Info, CancellationToken Stopping);
}
