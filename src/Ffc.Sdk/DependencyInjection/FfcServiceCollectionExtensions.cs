using Ffc.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the FFC client.</summary>
public static class FfcServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="IFfcClient"/> for the process, with settings from a configuration section. The host starts the
    /// client without waiting for data, and stops it. If a setting is invalid, the host does not start, and the error names the
    /// setting.
    /// </summary>
    /// <remarks>
    /// Logger factory, time provider, snapshot store and insight outbox come from the services, unless the options set them.
    /// </remarks>
    /// <example>
    /// <code>
    /// builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"));
    /// </code>
    /// </example>
    /// <param name="services">The services of the app.</param>
    /// <param name="configuration">The settings, usually <c>configuration.GetSection("Ffc")</c>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddFfc(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<FfcOptions>()
            .Configure(_ => ThrowIfMisread(configuration))
            .Bind(configuration)
            .Configure(options => AddPrivateProperties(options, configuration));
        return services.AddFfcClient();
    }

    /// <summary>Registers one <see cref="IFfcClient"/> for the process, with settings from code.</summary>
    /// <inheritdoc cref="AddFfc(IServiceCollection, IConfiguration)"/>
    /// <example>
    /// <code>
    /// builder.Services.AddFfc(options => options.EnvSecret = secret);
    /// </code>
    /// </example>
    /// <param name="services">The services of the app.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddFfc(this IServiceCollection services, Action<FfcOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<FfcOptions>().Configure(configure);
        return services.AddFfcClient();
    }

    // The binder also rejects an invalid URI, but its message contains the value, which may include the password of a proxy. It
    // reads a number without colons as days.
    private static void ThrowIfMisread(IConfiguration configuration)
    {
        string[] uris = ["StreamingUri", "EventsUri", "Proxy"];
        var uriFaults = uris
            .Where(setting => configuration[setting] is { Length: > 0 } text
                && !Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out Uri? _))
            .Select(setting => $"Ffc:{setting}: is not a URI.");
        string[] durations =
        [
            "StartWait", "Streaming:PingInterval", "Streaming:ConnectTimeout", "Streaming:FirstRetryDelay",
            "Streaming:MaxRetryDelay", "Streaming:ResyncInterval", "Snapshot:MinWriteInterval", "Snapshot:RefreshInterval",
            "Insights:FlushInterval",
        ];
        var durationFaults = durations
            .Where(setting => configuration[setting] is { Length: > 0 } text && !text.Contains(':', StringComparison.Ordinal))
            .Select(setting =>
                $"Ffc:{setting}: is '{configuration[setting]}', must be hours:minutes:seconds, such as 00:00:15.");

        List<string> faults = [.. uriFaults, .. durationFaults];
        if (faults.Count > 0)
            throw new OptionsValidationException(Options.Options.DefaultName, typeof(FfcOptions), faults);
    }

    // The binder ignores a text where it expects a list. The properties would then be sent.
    private static void AddPrivateProperties(FfcOptions options, IConfiguration configuration)
    {
        var text = configuration["Insights:PrivateProperties"] ?? "";
        const StringSplitOptions Split = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (var name in text.Split(',', Split))
            options.Insights.PrivateProperties.Add(name);
    }

    private static IServiceCollection AddFfcClient(this IServiceCollection services)
    {
        services.AddOptions<FfcOptions>().PostConfigure<IServiceProvider>((options, provider) =>
        {
            if (options.LoggerFactory is null || options.LoggerFactory == NullLoggerFactory.Instance)
                options.LoggerFactory = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
            if (options.TimeProvider is null || options.TimeProvider == TimeProvider.System)
                options.TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System;
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
