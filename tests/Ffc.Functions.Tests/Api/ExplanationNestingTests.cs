using System.Net.Http.Json;
using System.Text.Json;
using Ffc.Functions.Triggers;
using Ffc.Host.Tests;
using Ffc.Sdk;
using Ffc.Sdk.Tests.TestData;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Functions.Tests.Api;

/// <summary>Explanations of flags with long chains of prerequisites.</summary>
public sealed class ExplanationNestingTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(15, 15)]
    [InlineData(16, 15)]
    [InlineData(100, 15)]
    public async Task Prerequisites_are_explained_to_15_levels(int levels, int explained)
    {
        await using var client = new FfcClient(new FfcOptions
        {
            Offline = true,
            Bootstrap = MessageJson.Full(Enumerable.Range(0, levels + 1).Select(Flag)),
        });
        await using var host = await RunningHost.StartAsync(
            [typeof(Explain)], builder => builder.Services.AddSingleton<IFfcClient>(client));

        using var response = await host.Client.PostAsJsonAsync($"api/explain/f{levels}", new { user = new { key = "u1" } }, Test);

        Assert.Equal(200, (int)response.StatusCode);
        var explanation = await response.Content.ReadFromJsonAsync<JsonElement>(Test);
        Assert.Equal(explained, DepthOf(explanation));
        var hints = explanation.GetProperty("hints").EnumerateArray().Select(hint => hint.GetString()).ToList();
        if (levels > explained)
            Assert.Contains(hints, hint => hint!.Contains($"f{levels - explained - 1}", StringComparison.Ordinal));
        else
            Assert.Empty(hints);
    }

    private static FlagJson Flag(int number)
    {
        var flag = new FlagJson($"f{number}");
        return number == 0 ? flag : flag.Requires($"f{number - 1}");
    }

    private static int DepthOf(JsonElement explanation)
    {
        var depth = 0;
        while (explanation.GetProperty("prerequisites") is { } prerequisites && prerequisites.GetArrayLength() == 1
            && prerequisites[0].TryGetProperty("evaluation", out explanation) && explanation.ValueKind == JsonValueKind.Object)
            depth++;
        return depth;
    }
}
