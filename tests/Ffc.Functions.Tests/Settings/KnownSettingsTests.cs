using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Functions.Tests.Settings;

public sealed class KnownSettingsTests
{
    [Theory]
    [InlineData("Ffc:EnvSecrte")]
    [InlineData("Ffc:Ofrep:Track")]
    [InlineData("Ffc:Cors:Origins")]
    public async Task An_unknown_setting_is_logged_as_a_warning(string name) =>
        Assert.Equal(
            [$"Unknown setting {name} has no effect. Check the spelling"], await WarningsAsync((name, "x")));

    [Theory]
    [InlineData("Ffc:Insights:BatchSize", "10")]
    [InlineData("Ffc:Snapshot:Container", "container")]
    [InlineData("Ffc:Outbox:Container", "container")]
    [InlineData("Ffc:Ofrep:TrackBulk", "true")]
    [InlineData("Ffc:FlushSchedule", "x")]
    [InlineData("Ffc:FunctionKey", "x")]
    [InlineData("Ffc:Cors:AllowedOrigins", "x")]
    [InlineData("Ffc:Cors:AllowedOrigins:0", "x")]
    public async Task A_setting_of_the_app_the_storage_or_the_host_is_known(string name, string value) =>
        Assert.Empty(await WarningsAsync((name, value)));

    private static async Task<IEnumerable<string>> WarningsAsync(params (string Name, string? Value)[] settings)
    {
        var logs = new FakeLogCollector();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(new FakeLoggerProvider(logs));
        builder.Configuration.AddInMemoryCollection(
            [.. settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)), new("Ffc:Offline", "true")]);
        builder.AddFfcFunctions();
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
        return logs.GetSnapshot().Where(log => log.Level >= LogLevel.Warning).Select(log => log.Message);
    }
}
