using Ffc.Sdk.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ffc.Sdk.HealthChecks;

/// <summary>Reports the state of a client. The states are those of the route <c>health/ready</c> of the function app.</summary>
internal sealed class FfcHealthCheck(IFfcClient client) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check(context.Registration.FailureStatus));

    private HealthCheckResult Check(HealthStatus failureStatus)
    {
        if (!client.Initialized)
            return new HealthCheckResult(failureStatus, ClientHealth.NotReadyReason(client));

        var flagData = client.FlagData;
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["source"] = flagData.Source.ToString().ToLowerInvariant(),
            ["version"] = flagData.Version,
        };

        // The client still evaluates flags. An operator must correct the secret or the clock.
        string?[] problems =
        [
            ClientHealth.StreamProblem(client) is { } stream ? $"Flag data is not updated: {stream}" : null,
            ClientHealth.InsightProblem(client) is { } insights ? $"Insights are not delivered: {insights}" : null,
        ];
        return problems.OfType<string>().ToList() is [_, ..] found
            ? HealthCheckResult.Degraded(string.Join(' ', found), data: data)
            : HealthCheckResult.Healthy("Flag data is available.", data);
    }
}
