using System.Diagnostics;
using System.Globalization;
using StreamSoak;

// Runs clients against a server through proxies that fail at random, in cycles of chaos and calm. After each calm period, every
// client must return the values of the server, and at the end nothing may have leaked.
// usage: dotnet run -c Release --project benchmarks/StreamSoak -- [minutes] [seed]
var duration = TimeSpan.FromMinutes(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 10);
var seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : Environment.TickCount;
var random = new Random(seed);
var chaos = TimeSpan.FromSeconds(40);
var calm = TimeSpan.FromSeconds(60);
Console.WriteLine(
    $"seed {seed}, {duration.TotalMinutes:0.#} min: cycles of {chaos.TotalSeconds} s chaos and {calm.TotalSeconds} s calm");

await using var server = await FlagServer.StartAsync();
var clients = new List<SoakClient>();
for (var i = 0; i < 8; i++)
    clients.Add(SoakClient.Start(server.Port));

// A client that the server refuses tries again after 4 to 6 minutes.
var refusedEnd = TimeSpan.FromMinutes(7);
await Task.WhenAll(clients.Select(client => client.Client.UpdateStatusProvider.WaitForOkAsync(TimeSpan.FromSeconds(30))));
server.Refuse(random);

var started = Stopwatch.GetTimestamp();
var (failures, cycles) = (0, 0);
Resources? first = null;
Resources last = default;
while (Stopwatch.GetElapsedTime(started) < duration)
{
    var end = Stopwatch.GetTimestamp() + (long)(chaos.TotalSeconds * Stopwatch.Frequency);
    while (Stopwatch.GetTimestamp() < end)
    {
        server.Change(random);
        var client = clients[random.Next(clients.Count)];
        if (random.Next(4) == 0)
            server.CloseConnection(random);
        else
            client.Proxy.Disturb(random);
        await Task.Delay(random.Next(50, 500));
    }

    foreach (var client in clients)
        client.Proxy.Calm();
    await Task.Delay(calm);

    cycles++;
    last = Resources.Measure();
    first ??= last;
    var mayBeRefused = Stopwatch.GetElapsedTime(started) < refusedEnd;
    var refused = mayBeRefused ? clients.Where(client => client.IsRefused).ToList() : [];
    var wrong = clients.Except(refused).Where(client => !server.Matches(client.Client)).ToList();
    failures += wrong.Count;
    Console.WriteLine(
        $"cycle {cycles}: {clients.Count - refused.Count - wrong.Count} of {clients.Count} clients match, "
        + $"{refused.Count} refused; server: {server.Counters}; {last}");
    foreach (var client in wrong)
        Console.WriteLine($"  {client.Client.UpdateStatusProvider.Status}");
}

foreach (var client in clients)
    await client.DisposeAsync();
await Task.Delay(TimeSpan.FromSeconds(2));
var closed = Resources.Measure();
Console.WriteLine($"first calm period: {first}\nlast calm period:  {last}\nafter disposal:    {closed}");
Console.WriteLine(failures == 0 ? $"passed: {cycles} cycles" : $"FAILED: {failures} mismatches in {cycles} cycles");
return failures == 0 && closed.Sockets <= 2 ? 0 : 1;
