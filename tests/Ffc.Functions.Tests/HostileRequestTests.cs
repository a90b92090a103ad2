using Ffc.Functions.Tests.Ofrep;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Tests;

/// <summary>Ten thousand requests that nobody should send. In a collection of its own: what else ran would move the memory.</summary>
[CollectionDefinition(nameof(HostileRequestTests), DisableParallelization = true)]
[Collection(nameof(HostileRequestTests))]
public sealed class HostileRequestTests
{
    private const string Script = "openapi/hostile-requests.mjs";
    private const string Key = "a-key";

    [Fact]
    public async Task Ten_thousand_hostile_requests_get_no_5xx_and_leave_nothing_in_memory()
    {
        await using var app = await OfrepApp.StartWithoutInsightsAsync(
            MessageJson.Full(new FlagJson("new-checkout"), new FlagJson("theme").Serves("{}"), new FlagJson("limit").Disabled()),
            "--Ffc:FunctionKey", Key);

        // The first ones fill the pools and compile what is called.
        await NodeScript.RunAsync(Script, Key, [app.Host.Address, "1000", "1"]);
        var before = HeldMemory();
        await NodeScript.RunAsync(Script, Key, [app.Host.Address, "10000", "2"]);
        var after = HeldMemory();

        // The requests' bodies are some 20 MB: holding on to a fraction of them shows.
        Assert.True(after - before < 3_000_000, $"{before:N0} bytes were held before, {after:N0} after.");
        Assert.DoesNotContain(app.Host.Log.Entries, entry => entry.Level >= LogLevel.Warning);
        Assert.True((await app.EvaluateAsync("new-checkout", functionKey: Key)).TryGetProperty("value", out _));
    }

    private static long HeldMemory() => GC.GetTotalMemory(forceFullCollection: true);
}
