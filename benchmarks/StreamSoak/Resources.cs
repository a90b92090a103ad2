namespace StreamSoak;

/// <summary>What a leak would show in.</summary>
internal readonly record struct Resources(long HeapBytes, int Handles, int Sockets, int Threads, long Timers)
{
    public static Resources Measure()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var handles = Directory.GetFiles("/proc/self/fd");
        return new Resources(
            GC.GetTotalMemory(forceFullCollection: true),
            handles.Length,
            handles.Count(IsSocket),
            ThreadPool.ThreadCount,
            Timer.ActiveCount);
    }

    public override string ToString() =>
        $"{HeapBytes / 1024.0 / 1024:0.00} MiB, {Handles} handles, {Sockets} sockets, {Threads} threads, {Timers} timers";

    private static bool IsSocket(string handle) =>
        new FileInfo(handle).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true;
}
