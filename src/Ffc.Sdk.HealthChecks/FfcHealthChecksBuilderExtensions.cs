using Ffc.Sdk;
using Ffc.Sdk.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a health check for the client of <c>Ffc.Sdk</c>.</summary>
public static class FfcHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a health check for the registered <see cref="IFfcClient"/>. Healthy: there is flag data. Degraded: there is flag
    /// data, but the stream has been away for two minutes, the server refuses the stream or the insights, or the outbox fails.
    /// Unhealthy: there is no flag data. The result contains the <c>source</c> of the flag data and its <c>version</c>.
    /// </summary>
    /// <param name="builder">The builder that <c>AddHealthChecks</c> returned.</param>
    /// <param name="name">The name of the health check; null for <c>ffc</c>, or <c>ffc-</c> and the key of the client.</param>
    /// <param name="failureStatus">The status without flag data; null for unhealthy.</param>
    /// <param name="tags">Tags that select the health check; null for none.</param>
    /// <param name="serviceKey">The key of the client; null for the client without a key.</param>
    /// <returns>The same builder.</returns>
    /// <example>
    /// <code>
    /// builder.Services.AddHealthChecks().AddFfc();
    /// </code>
    /// </example>
    public static IHealthChecksBuilder AddFfc(
        this IHealthChecksBuilder builder,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        string? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (serviceKey is null ? "ffc" : $"ffc-{serviceKey}"),
            services => new FfcHealthCheck(
                serviceKey is null
                    ? services.GetRequiredService<IFfcClient>()
                    : services.GetRequiredKeyedService<IFfcClient>(serviceKey)),
            failureStatus,
            tags));
    }
}
