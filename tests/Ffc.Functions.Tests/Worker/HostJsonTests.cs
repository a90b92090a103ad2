using System.Text.Json;
using Ffc.Functions.Tests.Infra;
using Ffc.Tests;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Tests.Worker;

/// <summary>The settings of the Azure Functions host, version 4.</summary>
public sealed class HostJsonTests
{
    private static readonly JsonElement HostJson = JsonSerializer.Deserialize<JsonElement>(Repository.Read("host.json"));

    [Fact]
    public void Host_json_has_only_the_members_that_are_needed()
    {
        Assert.Equal(
            ["version", "telemetryMode", "logging", "extensions"], HostJson.EnumerateObject().Select(member => member.Name));
        Assert.Equal("2.0", HostJson.GetProperty("version").GetString());
        Assert.Equal("api", HostJson.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
    }

    [Fact]
    public void Telemetry_mode_is_OpenTelemetry_so_that_nothing_is_sent_twice()
    {
        // The host honours the capability of the app only in this mode.
        Assert.Equal("OpenTelemetry", HostJson.GetProperty("telemetryMode").GetString());
        Assert.Contains("worker.Capabilities[\"WorkerOpenTelemetryEnabled\"]", DeployedSource.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_levels_are_valid() =>
        Assert.All(HostJson.GetProperty("logging").GetProperty("logLevel").EnumerateObject(), level =>
            Assert.True(Enum.TryParse<LogLevel>(level.Value.GetString(), out _), level.Name));

    // At Information, Microsoft logs the query of a request, which contains the key of callers that send it as "code".
    [Fact]
    public void Microsoft_logs_only_warnings_and_errors() => Assert.Equal(
        nameof(LogLevel.Warning), HostJson.GetProperty("logging").GetProperty("logLevel").GetProperty("Microsoft").GetString());
}
