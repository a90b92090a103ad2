using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Ffc.ColdStart;
using Ffc.Tests;

// Measures the time from the start of Ffc.Host, published as ReadyToRun, to its first correct response.
//   dotnet run -c Release --project benchmarks/ColdStart -- [--runs 15] [--flags 1000] [--skip-publish] [--worker]
// With --worker, it measures the function app as a worker of the Functions host, beside an empty function app.
var runs = Number("--runs", 15);
var flags = Number("--flags", 1_000);
var streamDelay = TimeSpan.FromSeconds(2);

var repository = Repository.Root;
var output = Path.Combine(repository, "artifacts", "cold-start");
var isWorker = args.Contains("--worker");
if (!args.Contains("--skip-publish"))
{
    Publish("src/Ffc.DevServer");
    Publish(isWorker ? "src/Ffc.Functions" : "src/Ffc.Host");
    Publish(isWorker ? "benchmarks/ColdStart.EmptyWorker" : "benchmarks/ColdStart.EmptyApp");
}

var flagsPath = Path.Combine(output, "flags.json");
var (secret, request) = RealisticFlags.Write(repository, flags, flagsPath);
await using var azurite = await Azurite.StartAsync();
await using var server = new App(
    ProgramOf("Ffc.DevServer"), [], "--flags", flagsPath, "--secret", secret, "--control", "true");
await server.PortOpenAsync();

(string, string)[] connected =
    [("Ffc__EnvSecret", secret), ("Ffc__StreamingUri", server.Address), ("Ffc__EventsUri", server.Address)];
(string, string)[] stored = [.. connected, ("AzureWebJobsStorage", azurite.ConnectionString)];

if (isWorker)
{
    (string, string)[] blobs = [.. stored, ("Ffc__FlushSchedule", "0 */1 * * * *")];
    (string, string)[] file =
    [
        .. connected, ("Ffc__FlushSchedule", "0 */1 * * * *"), ("Ffc__Snapshot__Path", Path.Combine(output, "snapshots")),
    ];
    await WorkerMeasurement.WriteSnapshotAsync(output, request, blobs);
    await WorkerMeasurement.WriteSnapshotAsync(output, request, file);
    await DelayStreamAsync();
    await WorkerMeasurement.RunAsync(output, runs, request, blobs, file);
    return 0;
}

// The first instance receives the flags from the server and writes the snapshot when it stops.
await using (var first = new App(ProgramOf("Ffc.Host"), stored))
{
    await first.PortOpenAsync();
    await first.CorrectResponseAsync(request);
    await first.StopAsync();
}

await DelayStreamAsync();
var (empty, withOpen, withResponse, withoutOpen, withoutResponse) =
    (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
for (var run = -1; run < runs; run++)
{
    // The programs run in turns, so that other load affects all of them. The first round fills the disk cache and is not counted.
    await using (var app = new App(ProgramOf("ColdStart.EmptyApp"), []))
        Add(empty, await app.PortOpenAsync());
    await using (var app = new App(ProgramOf("Ffc.Host"), stored))
    {
        Add(withOpen, await app.PortOpenAsync());
        Add(withResponse, await app.CorrectResponseAsync(request));
    }

    await using (var app = new App(ProgramOf("Ffc.Host"), connected))
    {
        Add(withoutOpen, await app.PortOpenAsync());
        Add(withoutResponse, await app.CorrectResponseAsync(request));
    }

    void Add(List<double> times, double time)
    {
        if (run >= 0)
            times.Add(time);
    }
}

Console.WriteLine($"{runs} runs, {flags} flags, {Environment.ProcessorCount} processors, "
    + $"stream server responds after {streamDelay.TotalSeconds} s; milliseconds from process start");
Console.WriteLine($"{"",-54}{"median",8}{"min",8}{"max",8}");
Print("empty ASP.NET Core app: port open", empty);
Print("function app with a snapshot: port open", withOpen);
Print("function app with a snapshot: first correct response", withResponse);
Print("function app without a snapshot: port open", withoutOpen);
Print("function app without a snapshot: first correct response", withoutResponse);

var limit = (1.5 * Median(empty)) + 150;
var isWithin = Median(withResponse) <= limit;
Console.WriteLine($"{"limit: 1.5 x the empty app + 150",-54}{limit,8:F0}  {(isWithin ? "met" : "MISSED")}");
return isWithin ? 0 : 1;

Task DelayStreamAsync() =>
    server.PostAsync("/control/streaming", $$"""{ "delayMs": {{streamDelay.TotalMilliseconds}} }""");

int Number(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and var at
    ? int.Parse(args[at + 1], CultureInfo.InvariantCulture)
    : otherwise;

string ProgramOf(string project) =>
    Path.Combine(output, project, OperatingSystem.IsWindows() ? $"{project}.exe" : project);

void Publish(string project)
{
    var target = Path.Combine(output, Path.GetFileName(project));
    using var dotnet = Process.Start(
        "dotnet",
        ["publish", Path.Combine(repository, project), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier,
            "--self-contained", "false", "-p:PublishReadyToRun=true", "-o", target, "-v", "quiet", "--nologo"]);
    dotnet.WaitForExit();
    if (dotnet.ExitCode != 0)
        throw new InvalidOperationException($"{project} could not be published.");
}

void Print(string what, List<double> times) =>
    Console.WriteLine($"{what,-54}{Median(times),8:F0}{times.Min(),8:F0}{times.Max(),8:F0}");

static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
