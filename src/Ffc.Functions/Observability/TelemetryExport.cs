using System.Runtime.CompilerServices;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Ffc.Functions.Observability;

/// <summary>
/// Exports metrics, traces and logs through OpenTelemetry if an exporter is configured. Otherwise no OpenTelemetry assembly is
/// loaded.
/// </summary>
internal static class TelemetryExport
{
    private const string ServiceName = "ffc-functions";
    private const string Sdk = "Ffc.Sdk";

    /// <summary>
    /// Exports through OTLP if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> or the variable for one signal is set, and to Application
    /// Insights if <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is set.
    /// </summary>
    /// <returns>True if an exporter is configured.</returns>
    public static bool AddTelemetryExport(this IServiceCollection services, IConfiguration configuration)
    {
        var otlp = new Otlp(IsOtlp("METRICS"), IsOtlp("TRACES"), IsOtlp("LOGS"));
        var connectionString = configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"];
        if (otlp == default && string.IsNullOrEmpty(connectionString))
            return false;

        Add(services, configuration, otlp, connectionString);
        return true;

        bool IsOtlp(string kind) =>
            !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])
            || !string.IsNullOrEmpty(configuration[$"OTEL_EXPORTER_OTLP_{kind}_ENDPOINT"]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Add(IServiceCollection services, IConfiguration configuration, Otlp otlp, string? connectionString)
    {
        // The Functions host drops log entries written between invocations, such as entries about an interrupted stream or a
        // rejected batch. Therefore this process exports its logs itself. The setting telemetryMode in host.json prevents a
        // second export by the host.
        services.Configure<WorkerOptions>(worker => worker.Capabilities["WorkerOpenTelemetryEnabled"] = bool.TrueString);

        services.AddHostedService<InstanceMetricsService>();

        // The Functions host already creates a span for each invocation. Its source has the name of the worker's namespace.
        var isOnFunctionsHost = !string.IsNullOrEmpty(configuration["FUNCTIONS_WORKER_RUNTIME"]);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(configuration["WEBSITE_SITE_NAME"] ?? ServiceName)
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics.AddMeter(Sdk, InstanceMetrics.MeterName))
            .WithTracing(tracing =>
            {
                tracing.AddSource(Sdk, typeof(WorkerOptions).Namespace!);
                if (!isOnFunctionsHost)
                    tracing.AddAspNetCoreInstrumentation();
            })
            .WithLogging(configureBuilder: null, options => options.IncludeFormattedMessage = true);

        services.AddLogging(logging =>
        {
            foreach (var category in HostRunner.CategoriesWithSecrets)
                logging.AddFilter<OpenTelemetryLoggerProvider>(category, LogLevel.None);
        });

        if (otlp.Metrics)
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter());
        if (otlp.Traces)
            telemetry.WithTracing(tracing => tracing.AddOtlpExporter());
        if (otlp.Logs)
            telemetry.WithLogging(logs => logs.AddOtlpExporter());
        if (!string.IsNullOrEmpty(connectionString))
            AddApplicationInsights(telemetry, connectionString, configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]);
    }

    // A separate method, so that no Azure assembly is loaded if only OTLP is configured.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddApplicationInsights(OpenTelemetryBuilder telemetry, string connectionString, string? authentication)
    {
        void Configure(AzureMonitorExporterOptions options)
        {
            options.ConnectionString = connectionString;
            options.Credential = Credential(authentication);
        }

        telemetry
            .WithMetrics(metrics => metrics.AddAzureMonitorMetricExporter(Configure))
            .WithTracing(tracing => tracing.AddAzureMonitorTraceExporter(Configure))
            .WithLogging(logs => logs.AddAzureMonitorLogExporter(Configure));
    }

    /// <summary>
    /// The managed identity from a setting such as <c>Authorization=AAD;ClientId=…</c>; null to authenticate with the
    /// connection string.
    /// </summary>
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

    /// <summary>The signals that are exported through OTLP.</summary>
    private readonly record struct Otlp(bool Metrics, bool Traces, bool Logs);
}
