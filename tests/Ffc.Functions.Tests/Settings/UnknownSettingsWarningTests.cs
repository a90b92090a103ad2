using Ffc.Functions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Functions.Tests.Settings;

public sealed class UnknownSettingsWarningTests
{
    [Theory]
    [InlineData("Ffc:EnvSecrte")]
    [InlineData("Ffc:Insights:BatchSiez")]
    [InlineData("Ffc:Insights")]
    [InlineData("Ffc:Streaming:Proxy")]
    [InlineData("Ffc:ConfigureHttpHandler")]
    [InlineData("Ffc:Ofrep:Track")]
    [InlineData("Ffc:BatchSize")]
    public async Task An_unknown_setting_is_logged_without_its_value(string name)
    {
        var log = await StartAsync((name, "PRIVATE"), ("Ffc:EnvSecret", "x"));

        var entry = Assert.Single(log);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Equal($"Unknown setting {name} has no effect. Check the spelling", entry.Message);
    }

    [Theory]
    [InlineData("Ffc:EnvSecret")]
    [InlineData("ffc:envsecret")]
    [InlineData("Ffc:Insights:BatchSize")]
    [InlineData("Ffc:Proxy")]
    [InlineData("Ffc:Insights:PrivateProperties")]
    [InlineData("Ffc:Insights:PrivateProperties:0")]
    [InlineData("Ffc:Snapshot:Container")]
    [InlineData("Ffc:Outbox:Container")]
    [InlineData("Ffc:Ofrep:TrackBulk")]
    [InlineData("Ffc:FlushSchedule")]
    [InlineData("Ffc:FunctionKey")]
    [InlineData("Ffc:Cors:AllowedOrigins")]
    [InlineData("Ffc:Cors:AllowedOrigins:0")]
    [InlineData("Ffc:Defaults:any:flag")]
    [InlineData("Logging:Anything")]
    public async Task A_known_setting_is_not_logged(string name) => Assert.Empty(await StartAsync((name, "x")));

    private static async Task<IReadOnlyList<FakeLogRecord>> StartAsync(params (string Name, string Value)[] settings)
    {
        var log = new FakeLogger<UnknownSettingsWarning>();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
        await new UnknownSettingsWarning(configuration, log).StartAsync(TestContext.Current.CancellationToken);
        return log.Collector.GetSnapshot();
    }
}
