using Ffc.Functions.Tests.Ofrep;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Tests;

/// <summary>Sends ten thousand malformed requests. Not parallel, because other tests would change the memory in use.</summary>
[CollectionDefinition(nameof(HostileRequestTests), DisableParallelization = true)]
[Collection(nameof(HostileRequestTests))]
public sealed class HostileRequestTests
{
    private const string Script = "openapi/hostile-requests.mjs";
    private const string Key = "a-key";

    [Fact]
    public async Task Hostile_requests_get_no_5xx_and_leak_no_memory()
    {
        await using var app = await OfrepApp.StartWithoutInsightsAsync(
            MessageJson.Full(new FlagJson("new-checkout"), new FlagJson("theme").Serves("{}"), new FlagJson("limit").Disabled()),
            "--Ffc:FunctionKey", Key);

        // Warm-up: fills the pools and compiles the code.
        await NodeScript.RunAsync(Script, Key, [app.Host.Address, "1000", "1"]);
        var before = MemoryInUse();
        await NodeScript.RunAsync(Script, Key, [app.Host.Address, "10000", "2"]);
        var after = MemoryInUse();

        // The bodies total about 20 MB, so a leak of a fraction of them shows.
        Assert.True(after - before < 3_000_000, $"{before:N0} bytes in use before, {after:N0} after.");
        Assert.DoesNotContain(app.Host.Log.Entries, entry => entry.Level >= LogLevel.Warning);
        Assert.True((await app.EvaluateAsync("new-checkout", functionKey: Key)).TryGetProperty("value", out _));
    }

    private static long MemoryInUse() => GC.GetTotalMemory(forceFullCollection: true);
}
