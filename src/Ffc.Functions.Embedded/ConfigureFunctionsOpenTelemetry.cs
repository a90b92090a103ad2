using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Ffc.Functions.Embedded;

/// <summary>Extends <see cref="IOpenTelemetryBuilder"/> as the worker's OpenTelemetry package does.</summary>
public static class ConfigureFunctionsOpenTelemetry
{
    /// <summary>
    /// Traces the calls of functions: here, the HTTP requests. The real worker besides agrees with its host on who sends what.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this IOpenTelemetryBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithTracing(tracing => tracing.AddAspNetCoreInstrumentation());
    }
}
