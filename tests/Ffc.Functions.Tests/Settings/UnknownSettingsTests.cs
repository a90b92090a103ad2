using Ffc.Functions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Ffc.Functions.Tests.Settings;

public sealed class UnknownSettingsTests
{
    [Theory]
    [InlineData("Ffc:EnvSecrte")]
    [InlineData("Ffc:Insights:BatchSiez")]
    [InlineData("Ffc:Insights")]
    [InlineData("Ffc:Ofrep:Track")]
    [InlineData("Ffc:BatchSize")]
    public async Task A_setting_that_nobody_reads_is_told_of_without_its_value(string name)
    {
        var log = await StartAsync((name, "PRIVATE"), ("Ffc:EnvSecret", "x"));

        Assert.Equal(($"There is no setting {name}: is it misspelt? It has no effect", LogLevel.Warning), (Assert.Single(log).Message, log[0].Level));
    }

    [Theory]
    [InlineData("Ffc:EnvSecret")]
    [InlineData("ffc:envsecret")]
    [InlineData("Ffc:Insights:BatchSize")]
    [InlineData("Ffc:Streaming:Proxy")]
    [InlineData("Ffc:Ofrep:TrackBulk")]
    [InlineData("Ffc:FlushSchedule")]
    [InlineData("Ffc:FunctionKey")]
    [InlineData("Ffc:Cors:AllowedOrigins")]
    [InlineData("Ffc:Cors:AllowedOrigins:0")]
    [InlineData("Ffc:Defaults:any:flag")]
    [InlineData("Logging:Anything")]
    public async Task Of_one_that_somebody_reads_nothing_is_said(string name) => Assert.Empty(await StartAsync((name, "x")));

    private static async Task<IReadOnlyList<FakeLogRecord>> StartAsync(params (string Name, string Value)[] settings)
    {
        var log = new FakeLogger<UnknownSettings>();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build();
        await new UnknownSettings(configuration, log).StartAsync(TestContext.Current.CancellationToken);
        return log.Collector.GetSnapshot();
    }
}
