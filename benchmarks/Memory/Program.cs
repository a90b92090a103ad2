using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Ffc.ColdStart;
using Ffc.Memory;
using Ffc.Sdk;
using Ffc.Tests;

// Prints how much memory the flags need: in a process with the SDK alone, and in Ffc.Host. See benchmarks/memory.sh.
// Arguments: the path of Ffc.Host.dll and the number of flags.
if (args is ["load", var bootstrap])
    return Load(bootstrap);

const int Reconnects = 20;
if (args is not [var host, var count])
    throw new ArgumentException("pass the path of Ffc.Host.dll and the number of flags");
var flags = int.Parse(count, CultureInfo.InvariantCulture);
var folder = Directory.CreateTempSubdirectory("ffc-memory-");
var json = Path.Combine(folder.FullName, "flags.json");
var (secret, _) = RealisticFlags.Write(Repository.Root, flags, json);
var full = File.ReadAllBytes(json);
Console.WriteLine($"{flags:N0} flags, {full.Length / 1e6:0.0} MB of JSON");
Console.WriteLine();

using (var load = Process.Start(new ProcessStartInfo("dotnet", [typeof(FlagServer).Assembly.Location, "load", json]))!)
    load.WaitForExit();

Console.WriteLine();
Console.WriteLine("| Ffc.Host, MB of resident memory | peak of the first load | steady | peak of 20 reconnects "
    + "| after 2, 5, 10, 15 and 20 of them | peak of every flag changed | after it |");
Console.WriteLine("|---|---|---|---|---|---|---|");
await MeasureHostAsync("no snapshot store", withStore: false, []);
await MeasureHostAsync("with a snapshot store", withStore: true, []);
await MeasureHostAsync(
    "the same with `DOTNET_GCHeapHardLimit` of 192 MB", withStore: true, new() { ["DOTNET_GCHeapHardLimit"] = "0xC000000" });
folder.Delete(recursive: true);
return 0;

async Task MeasureHostAsync(string name, bool withStore, Dictionary<string, string> environment)
{
    await using var server = await FlagServer.StartAsync(full);
    var work = folder.CreateSubdirectory(Guid.NewGuid().ToString());
    environment["Ffc__EnvSecret"] = secret;
    environment["Ffc__StreamingUri"] = $"ws://{server.Address}";
    environment["Ffc__EventsUri"] = $"http://{server.Address}";
    environment["Ffc__Streaming__FirstRetryDelay"] = "00:00:00.5";
    environment["Ffc__Streaming__MaxRetryDelay"] = "00:00:01";
    if (withStore)
        environment["Ffc__Snapshot__Path"] = Path.Combine(work.FullName, "snapshots");
    var address = $"http://127.0.0.1:{FreePort()}";
    using var process = MeasuredProcess.Start(host, ["--urls", address], environment, work.FullName);
    using var client = new HttpClient();

    var since = await WaitForDataAsync("");
    var firstPeak = process.Peak;
    await Task.Delay(TimeSpan.FromSeconds(15)); // The snapshot is written meanwhile.
    firstPeak = Math.Max(firstPeak, process.Peak);
    var steady = process.Resident;

    process.ResetPeak();
    List<double> residents = [];
    for (var i = 1; i <= Reconnects; i++)
    {
        server.Disconnect();
        since = await WaitForDataAsync(since);
        if (i is 2 or 5 or 10 or 15)
            residents.Add(process.Resident);
    }

    await Task.Delay(TimeSpan.FromSeconds(10));
    residents.Add(process.Resident);
    var reconnectPeak = process.Peak;

    process.ResetPeak();
    server.ChangeAll();
    server.Disconnect();
    await WaitForDataAsync(since);
    await Task.Delay(TimeSpan.FromSeconds(15));
    var (changePeak, afterChange) = (process.Peak, process.Resident);
    var afterReconnects = string.Join(", ", residents.Select(resident => $"{resident:0}"));
    Console.WriteLine($"| {name} | {firstPeak:0} | {steady:0} | {reconnectPeak:0} (x {reconnectPeak / steady:0.00}) "
        + $"| {afterReconnects} | {changePeak:0} (x {changePeak / steady:0.00}) | {afterChange:0} |");

    // Waits until the host has received data after a time, and returns the time at which it did.
    async Task<string> WaitForDataAsync(string after)
    {
        for (var wait = Stopwatch.StartNew(); wait.Elapsed < TimeSpan.FromMinutes(2);)
        {
            await Task.Delay(50);
            try
            {
                var status = await client.GetFromJsonAsync<JsonElement>($"{address}/api/status");
                if (status.GetProperty("data").GetProperty("source").GetString() == "stream"
                    && status.GetProperty("data").GetProperty("since").GetString() is { } time && time != after)
                    return time;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                // The host is starting.
            }
        }

        throw new TimeoutException($"the host received no data: see {work.FullName}/output.log");
    }
}

static int FreePort()
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
}

// Runs in a process of its own, so that the code is not compiled yet and nothing else uses memory.
static int Load(string path)
{
    var before = GC.GetTotalMemory(forceFullCollection: true);
    var processor = Environment.CpuUsage.TotalTime;
    var watch = Stopwatch.StartNew();
    using var client = new FfcClient(new FfcOptions { Offline = true, BootstrapPath = path });
    var loaded = watch.Elapsed;
    processor = Environment.CpuUsage.TotalTime - processor;
    var peak = Process.GetCurrentProcess().PeakWorkingSet64;
    var retained = GC.GetTotalMemory(forceFullCollection: true) - before;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"The SDK in a new process: loaded in {loaded.TotalMilliseconds:0} ms "
        + $"({processor.TotalMilliseconds:0} ms of processor time), retains {retained / 1024.0 / 1024:0.0} MB, "
        + $"peak of the process {peak / 1024.0 / 1024:0.0} MB"));
    return client.FlagData.FlagCount > 0 ? 0 : 1;
}
