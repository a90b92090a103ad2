using Ffc.Functions.Observability;
using Ffc.Functions.Ofrep;
using Ffc.Functions.Settings;
using Ffc.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Ffc.Functions;

/// <summary>Registers the services of the function app.</summary>
public static class FfcFunctionsExtensions
{
    // The Functions host kills the worker five seconds after it requests the stop, and the client needs up to four of them.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(0.5);

    /// <summary>Registers all services that the functions need, on the Azure Functions worker or on another host.</summary>
    /// <param name="builder">The builder of the host.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="InvalidOperationException">A setting is invalid; the message names it.</exception>
    public static IHostApplicationBuilder AddFfcFunctions(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Configuration.AddHostLogLevels();

        // This is the first call, because it starts the download of the snapshot.
        builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"))
            .AddAzureBlobStorage(builder.Configuration)
            .AddKnownSettings(KnownSettings.Names);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddOptions<OfrepOptions>()
            .Configure(_ => ThrowIfMisread(builder.Configuration.GetSection(OfrepOptions.Section)))
            .Bind(builder.Configuration.GetSection(OfrepOptions.Section))
            .ValidateOnStart();
        builder.Services.AddSingleton<EventStreams>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSingleton<InstanceMetrics>();
        if (!builder.Services.AddTelemetryExport(builder.Configuration))
            builder.Logging.AddWorkerConsole(builder.Configuration);
        return builder;
    }

    private static void ThrowIfMisread(IConfigurationSection section)
    {
        var faults = new SettingFormats(section, $"{section.Path}:")
            .Booleans(nameof(OfrepOptions.TrackBulk), nameof(OfrepOptions.EventStreams)).ToList();
        if (faults.Count > 0)
            throw new OptionsValidationException(Options.DefaultName, typeof(OfrepOptions), faults);
    }
}
