using System.Text.Json;
using Ffc.EndToEnd.Tests.Worker.Rpc;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>A function as the worker describes it to the host.</summary>
internal sealed class WorkerFunction
{
    public WorkerFunction(RpcFunctionMetadata metadata)
    {
        Metadata = metadata;
        foreach (var json in metadata.RawBindings)
        {
            var binding = JsonSerializer.Deserialize<JsonElement>(json);
            var (name, type) = (binding.GetProperty("name").GetString()!, binding.GetProperty("type").GetString()!);
            metadata.Bindings[name] = new BindingInfo
            {
                Type = type,
                Direction = binding.GetProperty("direction").GetString() is "In" or "in"
                    ? BindingInfo.Types.Direction.In
                    : BindingInfo.Types.Direction.Out,
            };
            if (type.EndsWith("Trigger", StringComparison.Ordinal))
                (TriggerName, TriggerType, Trigger) = (name, type, binding);
        }
    }

    public RpcFunctionMetadata Metadata { get; }

    public string Name => Metadata.Name;

    /// <summary>The name of the parameter that has the trigger.</summary>
    public string TriggerName { get; } = "";

    /// <summary><c>httpTrigger</c> or <c>timerTrigger</c>.</summary>
    public string TriggerType { get; } = "";

    /// <summary>The JSON of the trigger.</summary>
    public JsonElement Trigger { get; }

    public string Route => Trigger.GetProperty("route").GetString()!;

    public string AuthorizationLevel => Trigger.GetProperty("authLevel").GetString()!;

    public string[] Methods => [.. Trigger.GetProperty("methods").EnumerateArray().Select(method => method.GetString()!)];
}
