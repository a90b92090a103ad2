using Ffc.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds an FFC client to an application.</summary>
public static class FfcServiceCollectionExtensions
{
    /// <summary>
    /// Adds one <see cref="IFfcClient"/> for the process, set up from a configuration section. The host starts it without waiting
    /// for data, and stops it. A setting that cannot work stops the host's start with a message that names it.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">The settings, usually <c>configuration.GetSection("Ffc")</c>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddFfc(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<FfcOptions>().Configure(_ => ThrowIfNoUri(configuration)).Bind(configuration);
        return services.AddFfcClient();
    }

    /// <summary>Adds one <see cref="IFfcClient"/> for the process, set up in code.</summary>
    /// <inheritdoc cref="AddFfc(IServiceCollection, IConfiguration)"/>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Fills in the options.</param>
    public static IServiceCollection AddFfc(this IServiceCollection services, Action<FfcOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<FfcOptions>().Configure(configure);
        return services.AddFfcClient();
    }

    // The binder would refuse it, too, but repeats it whole, and with it the password of a proxy's user.
    private static void ThrowIfNoUri(IConfiguration configuration)
    {
        string[] settings = ["StreamingUri", "EventsUri", "Streaming:Proxy"];
        var faults = settings
            .Where(setting => configuration[setting] is { Length: > 0 } text && !Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out Uri? _))
            .Select(setting => $"Ffc:{setting}: is not a URI.")
            .ToList();
        if (faults.Count > 0)
            throw new OptionsValidationException(Options.Options.DefaultName, typeof(FfcOptions), faults);
    }

    private static IServiceCollection AddFfcClient(this IServiceCollection services)
    {
        services.AddOptions<FfcOptions>().PostConfigure<IServiceProvider>((options, provider) =>
        {
            options.LoggerFactory = provider.GetService<ILoggerFactory>() ?? options.LoggerFactory;
            options.TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider;
            options.SnapshotStore ??= provider.GetService<ISnapshotStore>();
            options.InsightOutbox ??= provider.GetService<IInsightOutbox>();
        });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FfcOptions>, FfcOptionsValidator>());
        services.TryAddSingleton(provider => new FfcClient(provider.GetRequiredService<IOptions<FfcOptions>>().Value));
        services.TryAddSingleton<IFfcClient>(provider => provider.GetRequiredService<FfcClient>());
        services.AddHostedService<FfcHostedService>();
        return services;
    }
}
