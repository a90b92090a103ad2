using System.Runtime.CompilerServices;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Ffc.Functions.Observability;

/// <summary>Sends metrics and traces to where the settings say, by OpenTelemetry. Without such a setting nothing of it is loaded.</summary>
internal static class TelemetryExport
{
    private const string ServiceName = "ffc-functions";
    private const string Sdk = "Ffc.Sdk";

    // What the worker calls its own spans, one an invocation.
    private const string FunctionsWorker = "Microsoft.Azure.Functions.Worker";

    private static readonly string[] OtlpEndpoints =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    /// <summary>
    /// Exports by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and to Application Insights where
    /// <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is.
    /// </summary>
    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, IConfiguration configuration)
    {
        var toOtlp = OtlpEndpoints.Any(name => !string.IsNullOrEmpty(configuration[name]));
        var toAzure = configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"];
        if (toOtlp || !string.IsNullOrEmpty(toAzure))
            Add(services, configuration, toOtlp, toAzure);
        return services;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Add(IServiceCollection services, IConfiguration configuration, bool toOtlp, string? toAzure)
    {
        // On a real Functions host each invocation has a span already.
        var isOnFunctionsHost = !string.IsNullOrEmpty(configuration["FUNCTIONS_WORKER_RUNTIME"]);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(ServiceName).AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics.AddMeter(Sdk))
            .WithTracing(tracing =>
            {
                tracing.AddSource(Sdk, FunctionsWorker);
                if (!isOnFunctionsHost)
                    tracing.AddAspNetCoreInstrumentation();
            });

        if (toOtlp)
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter()).WithTracing(tracing => tracing.AddOtlpExporter());
        if (!string.IsNullOrEmpty(toAzure))
            AddAzure(telemetry, toAzure, configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]);
    }

    // Apart, so that nothing of Azure's is loaded where only OTLP is asked for.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddAzure(OpenTelemetryBuilder telemetry, string connectionString, string? authentication)
    {
        void Set(AzureMonitorExporterOptions options)
        {
            options.ConnectionString = connectionString;
            options.Credential = Credential(authentication);
        }

        telemetry
            .WithMetrics(metrics => metrics.AddAzureMonitorMetricExporter(Set))
            .WithTracing(tracing => tracing.AddAzureMonitorTraceExporter(Set));
    }

    /// <summary>The identity to show, from a setting such as <c>Authorization=AAD;ClientId=…</c>; null for none, as local authentication has it.</summary>
    private static ManagedIdentityCredential? Credential(string? authentication)
    {
        var parts = (authentication ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .ToDictionary(part => part[0], part => part[1], StringComparer.OrdinalIgnoreCase);
        if (!parts.TryGetValue("Authorization", out var kind) || !kind.Equals("AAD", StringComparison.OrdinalIgnoreCase))
            return null;

        return new ManagedIdentityCredential(parts.TryGetValue("ClientId", out var clientId)
            ? ManagedIdentityId.FromUserAssignedClientId(clientId)
            : ManagedIdentityId.SystemAssigned);
    }
}
