using Ffc.Functions.Observability;
using Ffc.Host.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Tests.Observability;

/// <summary>Tests the log levels under the Functions host, which passes the folder of <c>host.json</c> to the worker.</summary>
public sealed class HostLogLevelTests : IDisposable
{
    private const string HostJson = """
        {
          // a comment, as host.json may have
          "logging": { "logLevel": { "default": "Warning", "Ffc": "Information", "Loud": "Debug" } },
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-host-json-");

    public HostLogLevelTests() => File.WriteAllText(Path.Combine(_folder.FullName, "host.json"), HostJson);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Anything", LogLevel.Information, false)]
    [InlineData("Anything", LogLevel.Warning, true)]
    [InlineData("Ffc.Sdk.FfcClient", LogLevel.Information, true)]
    [InlineData("Loud", LogLevel.Debug, true)]
    public void The_levels_of_host_json_apply(string category, LogLevel level, bool isEnabled) =>
        Assert.Equal(isEnabled, IsEnabled(category, level));

    [Fact]
    public void A_setting_overrides_host_json() =>
        Assert.False(IsEnabled("Loud", LogLevel.Warning, ("Logging:LogLevel:Loud", "Error")));

    [Fact]
    public void Nothing_is_read_without_a_Functions_host()
    {
        using var configuration = new ConfigurationManager();
        var before = configuration.Sources.Count;

        configuration.AddHostLogLevels();

        Assert.Equal(before, configuration.Sources.Count);
    }

    [Fact]
    public void A_missing_host_json_is_not_an_error()
    {
        File.Delete(Path.Combine(_folder.FullName, "host.json"));

        Assert.True(IsEnabled("Anything", LogLevel.Information));
    }

    private bool IsEnabled(string category, LogLevel level, params (string Name, string Value)[] settings)
    {
        using var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(
            settings.Append(("FUNCTIONS_APPLICATION_DIRECTORY", _folder.FullName))
                .Select(setting => KeyValuePair.Create(setting.Item1, (string?)setting.Item2)));
        configuration.AddHostLogLevels();
        using var collector = new LogCollector();
        using var loggers = LoggerFactory.Create(logging =>
            logging.AddConfiguration(configuration.GetSection("Logging")).AddProvider(collector));
        return loggers.CreateLogger(category).IsEnabled(level);
    }
}
