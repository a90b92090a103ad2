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

/// <summary>Sends metrics, traces and logs to where the settings say, by OpenTelemetry. Without such a setting nothing of it is loaded.</summary>
internal static class TelemetryExport
{
    private const string ServiceName = "ffc-functions";
    private const string Sdk = "Ffc.Sdk";

    /// <summary>
    /// Exports by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, or the like for one kind of telemetry, and to Application
    /// Insights where <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is.
    /// </summary>
    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, IConfiguration configuration)
    {
        var otlp = new Otlp(IsOtlp("METRICS"), IsOtlp("TRACES"), IsOtlp("LOGS"));
        var toAzure = configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"];
        if (otlp != default || !string.IsNullOrEmpty(toAzure))
            Add(services, configuration, otlp, toAzure);
        return services;

        bool IsOtlp(string kind) =>
            !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])
            || !string.IsNullOrEmpty(configuration[$"OTEL_EXPORTER_OTLP_{kind}_ENDPOINT"]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Add(IServiceCollection services, IConfiguration configuration, Otlp otlp, string? toAzure)
    {
        // The Functions host passes on what a function logs, and drops what is logged between calls: the stream that broke, a
        // batch that was refused. So this process sends its logs itself, and host.json (telemetryMode) has the host leave them out.
        services.Configure<WorkerOptions>(worker => worker.Capabilities["WorkerOpenTelemetryEnabled"] = bool.TrueString);

        // There each call has a span already, of a source that is named as the worker is.
        var isOnFunctionsHost = !string.IsNullOrEmpty(configuration["FUNCTIONS_WORKER_RUNTIME"]);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(configuration["WEBSITE_SITE_NAME"] ?? ServiceName).AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics.AddMeter(Sdk))
            .WithTracing(tracing =>
            {
                tracing.AddSource(Sdk, typeof(WorkerOptions).Namespace!);
                if (!isOnFunctionsHost)
                    tracing.AddAspNetCoreInstrumentation();
            })
            .WithLogging(configureBuilder: null, options => options.IncludeFormattedMessage = true);

        // Its lines hold the request's query, and so the key of whoever sends that as "code".
        services.AddLogging(logging => logging.AddFilter<OpenTelemetryLoggerProvider>("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None));

        if (otlp.Metrics)
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter());
        if (otlp.Traces)
            telemetry.WithTracing(tracing => tracing.AddOtlpExporter());
        if (otlp.Logs)
            telemetry.WithLogging(logs => logs.AddOtlpExporter());
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
            .WithTracing(tracing => tracing.AddAzureMonitorTraceExporter(Set))
            .WithLogging(logs => logs.AddAzureMonitorLogExporter(Set));
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

    /// <summary>What of the telemetry goes out by OTLP.</summary>
    private readonly record struct Otlp(bool Metrics, bool Traces, bool Logs);
}
