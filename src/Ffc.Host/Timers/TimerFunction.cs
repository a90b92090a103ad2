using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace Ffc.Host.Timers;

/// <summary>A function with a timer trigger.</summary>
internal sealed class TimerFunction
{
    /// <exception cref="InvalidOperationException">The host does not support a parameter or the result.</exception>
    public TimerFunction(Function function)
    {
        Function = function;
        Trigger = (TimerTriggerAttribute)function.Trigger;

        var result = function.Method.ReturnType;
        if (result != typeof(void) && result != typeof(Task))
            throw function.Error($"it returns {result}. Return nothing or a Task.");

        foreach (var parameter in function.Method.GetParameters())
            Check(parameter);
    }

    public Function Function { get; }

    public TimerTriggerAttribute Trigger { get; }

    /// <summary>Calls the function.</summary>
    public async Task CallAsync(IServiceProvider services, TimerInfo info, CancellationToken cancellationToken)
    {
        var arguments = Array.ConvertAll(
            Function.Method.GetParameters(),
            object? (parameter) => parameter == Function.TriggerParameter ? info : cancellationToken);
        if (Function.Invoke(services, arguments) is Task task)
            await task;
    }

    /// <summary>Reads the schedule and replaces the names of settings with their values.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="schedule">The schedule; null if a setting is missing.</param>
    /// <param name="missingSetting">The name of the missing setting; null if there is none.</param>
    /// <exception cref="InvalidOperationException">The schedule is invalid.</exception>
    public bool TryGetSchedule(
        IConfiguration configuration,
        [NotNullWhen(true)] out TimerSchedule? schedule,
        [NotNullWhen(false)] out string? missingSetting)
    {
        schedule = null;
        if (!TryResolve(Trigger.Schedule, configuration, out var text, out missingSetting))
            return false;

        try
        {
            schedule = TimerSchedule.Parse(text);
            return true;
        }
        catch (FormatException exception)
        {
            var given = text == Trigger.Schedule ? $"'{text}'" : $"'{text}' (from '{Trigger.Schedule}')";
            throw Function.Error($"its schedule {given} is invalid: {exception.Message} Expected {TimerSchedule.Expected}.");
        }
    }

    // As on the Functions host, %Name% is the value of a setting. A single % is kept, and the parser of the schedule rejects it.
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
                throw Function.Error(parameter, "has [TimerTrigger] and must be a TimerInfo.");
        }
        else if (parameter.ParameterType != typeof(CancellationToken))
        {
            throw Function.Error(parameter, "is not supported: a timer function takes a TimerInfo and a CancellationToken.");
        }
    }
}
