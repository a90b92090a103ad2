using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Ffc.FirstFlag;

/// <summary>Collects the methods that the JIT compiles and the assemblies that are loaded.</summary>
internal sealed class StartTrace : EventListener
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords Loader = (EventKeywords)0x8;
    private const EventKeywords Jit = (EventKeywords)0x10;

    private readonly ConcurrentQueue<(DateTime Time, string Line)> _lines = new();

    public void Print()
    {
        // The runtime delivers its events with a delay, so their own time is printed.
        var first = _lines.Min(item => item.Time);
        foreach (var (time, line) in _lines.OrderBy(item => item.Time))
            Console.WriteLine($"{(time - first).TotalMilliseconds,8:F2} {line}");
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Runtime)
            EnableEvents(eventSource, EventLevel.Verbose, Loader | Jit);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName?.StartsWith("MethodLoadVerbose", StringComparison.Ordinal) == true)
            Add(eventData, $"jitted {eventData.Payload![6]}::{eventData.Payload[7]} {eventData.Payload[8]}");
        else if (eventData.EventName?.StartsWith("AssemblyLoad", StringComparison.Ordinal) == true)
            Add(eventData, $"loaded {eventData.Payload![4]}");
    }

    // Events may arrive before the constructor has run.
    private void Add(EventWrittenEventArgs eventData, string line) => _lines?.Enqueue((eventData.TimeStamp, line));
}
