using System.Text.Json;
using Ffc.Functions.Tests.Infra;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Tests.Worker;

/// <summary>The settings of the Functions host, version 4.</summary>
public sealed class HostJsonTests
{
    private static readonly JsonElement HostJson = JsonSerializer.Deserialize<JsonElement>(Repository.Read("host.json"));

    [Fact]
    public void It_has_the_members_that_are_needed_and_no_other()
    {
        Assert.Equal(["version", "telemetryMode", "logging", "extensions"], HostJson.EnumerateObject().Select(member => member.Name));
        Assert.Equal("2.0", HostJson.GetProperty("version").GetString());
        Assert.Equal("api", HostJson.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString());
    }

    [Fact]
    public void Host_and_app_share_telemetry_out_so_that_nothing_is_sent_twice()
    {
        // What the app asks for is heard only in this mode.
        Assert.Equal("OpenTelemetry", HostJson.GetProperty("telemetryMode").GetString());
        Assert.Contains("worker.Capabilities[\"WorkerOpenTelemetryEnabled\"]", Repository.DeployedSource, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_levels_are_such_that_there_are() =>
        Assert.All(HostJson.GetProperty("logging").GetProperty("logLevel").EnumerateObject(), level =>
            Assert.True(Enum.TryParse<LogLevel>(level.Value.GetString(), out _), level.Name));

    // At Information its lines hold the query of a request, and so the key of whoever sends that as "code".
    [Fact]
    public void Microsofts_own_logs_are_kept_to_what_is_wrong() =>
        Assert.Equal(nameof(LogLevel.Warning), HostJson.GetProperty("logging").GetProperty("logLevel").GetProperty("Microsoft").GetString());
}
