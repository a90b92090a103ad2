using Ffc.Sdk;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers FFC clients.</summary>
public static class FfcServiceCollectionExtensions
{
    private static readonly string[] UriSettings = ["StreamingUri", "EventsUri", "Proxy"];

    private static readonly string[] DurationSettings =
    [
        "StartWait", "Streaming:PingInterval", "Streaming:ConnectTimeout", "Streaming:FirstRetryDelay", "Streaming:MaxRetryDelay",
        "Streaming:ResyncInterval", "Snapshot:MinWriteInterval", "Snapshot:RefreshInterval", "Insights:FlushInterval",
    ];

    private static readonly string[] BooleanSettings = ["Offline", "Insights:Enabled"];

    private static readonly string[] NumberSettings =
        ["Insights:Capacity", "Insights:CapacityBytes", "Insights:BatchSize", "Insights:MaxRetries"];

    /// <summary>
    /// Registers an <see cref="IFfcClient"/>, with settings from a configuration section. The host starts the client without
    /// waiting for data, and stops it. If a setting is invalid, the host does not start, and the error names the setting. An
    /// unknown setting in the section is logged as a warning.
    /// </summary>
    /// <remarks>
    /// Logger factory, time provider, snapshot store and insight outbox come from the services, unless the options set them. To
    /// set more options in code, call <c>services.Configure&lt;FfcOptions&gt;(…)</c>.
    /// </remarks>
    /// <example>
    /// <code>
    /// builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"));
    /// </code>
    /// </example>
    /// <param name="services">The services of the app.</param>
    /// <param name="configuration">The settings, usually <c>configuration.GetSection("Ffc")</c>.</param>
    /// <returns>A builder for further settings of the client.</returns>
    /// <exception cref="InvalidOperationException">A client without a key is already registered.</exception>
    public static FfcBuilder AddFfc(this IServiceCollection services, IConfiguration configuration) =>
        services.AddClient(serviceKey: null, configuration);

    /// <summary>Registers an <see cref="IFfcClient"/>, with settings from code.</summary>
    /// <inheritdoc cref="AddFfc(IServiceCollection, IConfiguration)"/>
    /// <example>
    /// <code>
    /// builder.Services.AddFfc(options => options.EnvSecret = secret);
    /// </code>
    /// </example>
    /// <param name="services">The services of the app.</param>
    /// <param name="configure">Sets the options.</param>
    public static FfcBuilder AddFfc(this IServiceCollection services, Action<FfcOptions> configure) =>
        services.AddClient(serviceKey: null, configure);

    /// <summary>
    /// Registers an <see cref="IFfcClient"/> for a further environment, as a keyed service, with settings from a configuration
    /// section.
    /// </summary>
    /// <inheritdoc cref="AddFfc(IServiceCollection, IConfiguration)"/>
    /// <example>
    /// <code>
    /// builder.Services.AddFfc("eu", builder.Configuration.GetSection("Ffc:Eu"));
    /// </code>
    /// </example>
    /// <param name="services">The services of the app.</param>
    /// <param name="serviceKey">The key of the client, and the name of its options.</param>
    /// <param name="configuration">The settings.</param>
    /// <exception cref="InvalidOperationException">A client with this key is already registered.</exception>
    public static FfcBuilder AddFfc(this IServiceCollection services, string serviceKey, IConfiguration configuration)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        return services.AddClient(serviceKey, configuration);
    }

    /// <summary>
    /// Registers an <see cref="IFfcClient"/> for a further environment, as a keyed service, with settings from code.
    /// </summary>
    /// <inheritdoc cref="AddFfc(IServiceCollection, string, IConfiguration)"/>
    /// <example>
    /// <code>
    /// builder.Services.AddFfc("eu", options => options.EnvSecret = secret);
    /// </code>
    /// </example>
    /// <param name="services">The services of the app.</param>
    /// <param name="serviceKey">The key of the client, and the name of its options.</param>
    /// <param name="configure">Sets the options.</param>
    public static FfcBuilder AddFfc(this IServiceCollection services, string serviceKey, Action<FfcOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        return services.AddClient(serviceKey, configure);
    }

    /// <summary>
    /// Registers the client of a test, whose flags are set in code. It replaces a client that is already registered with the
    /// same key, so call this method after the registrations of the app.
    /// </summary>
    /// <example>
    /// <code>
    /// var flags = new TestFlags().Set("new-checkout", true);
    /// services.AddFfc(flags);
    /// </code>
    /// </example>
    /// <param name="services">The services of the app.</param>
    /// <param name="flags">The flags of the test.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddFfc(this IServiceCollection services, TestFlags flags) =>
        services.AddTestClient(serviceKey: null, flags);

    /// <summary>Registers the client of a test as a keyed service.</summary>
    /// <inheritdoc cref="AddFfc(IServiceCollection, TestFlags)"/>
    /// <param name="services">The services of the app.</param>
    /// <param name="serviceKey">The key of the client.</param>
    /// <param name="flags">The flags of the test.</param>
    public static IServiceCollection AddFfc(this IServiceCollection services, string serviceKey, TestFlags flags)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        return services.AddTestClient(serviceKey, flags);
    }

    private static IServiceCollection AddTestClient(this IServiceCollection services, string? serviceKey, TestFlags flags)
    {
        ArgumentNullException.ThrowIfNull(flags);
        if (services.FirstOrDefault(service => IsRegistrationOf(serviceKey, service)) is { } replaced)
            services.Remove(replaced);
        if (serviceKey is null)
        {
            services.RemoveAll<FfcClient>().AddSingleton(flags.FfcClient);
            services.RemoveAll<IFfcClient>().AddSingleton(flags.Client);
        }
        else
        {
            services.RemoveAllKeyed<FfcClient>(serviceKey).AddKeyedSingleton(serviceKey, flags.FfcClient);
            services.RemoveAllKeyed<IFfcClient>(serviceKey).AddKeyedSingleton(serviceKey, flags.Client);
        }

        return services.AddSingleton(new ClientRegistration { ServiceKey = serviceKey, IsTest = true });
    }

    private static FfcBuilder AddClient(this IServiceCollection services, string? serviceKey, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var builder = services.AddClient(new ClientRegistration { ServiceKey = serviceKey, Configuration = configuration });
        services.AddOptions<FfcOptions>(serviceKey)
            .Configure(options =>
            {
                options.SettingPrefix = ClientRegistration.PrefixOf(configuration);
                ThrowIfMisread(configuration, options.SettingPrefix);
            })
            .Bind(configuration)
            .Configure(options => AddPrivateProperties(options, configuration));
        return builder;
    }

    private static FfcBuilder AddClient(this IServiceCollection services, string? serviceKey, Action<FfcOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = services.AddClient(new ClientRegistration { ServiceKey = serviceKey });
        services.AddOptions<FfcOptions>(serviceKey).Configure(configure);
        return builder;
    }

    private static void ThrowIfMisread(IConfiguration configuration, string settingPrefix)
    {
        var formats = new SettingFormats(configuration, settingPrefix);
        List<string> faults =
        [
            .. formats.Uris(UriSettings),
            .. formats.Durations(DurationSettings),
            .. formats.Booleans(BooleanSettings),
            .. formats.Numbers(NumberSettings),
        ];
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

    private static FfcBuilder AddClient(this IServiceCollection services, ClientRegistration registration)
    {
        ThrowIfRegistered(services, registration.ServiceKey);
        services.AddSingleton(registration);
        services.AddOptions<FfcOptions>(registration.OptionsName).PostConfigure<IServiceProvider>((options, provider) =>
        {
            if (options.LoggerFactory is null || options.LoggerFactory == NullLoggerFactory.Instance)
                options.LoggerFactory = provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
            if (options.TimeProvider is null || options.TimeProvider == TimeProvider.System)
                options.TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            options.SnapshotStore ??= GetService<ISnapshotStore>(provider, registration.ServiceKey);
            options.InsightOutbox ??= GetService<IInsightOutbox>(provider, registration.ServiceKey);
        });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FfcOptions>, FfcOptionsValidator>());
        if (registration.ServiceKey is { } key)
        {
            services.AddKeyedSingleton(key, (provider, _) => Create(provider, registration));
            services.AddKeyedSingleton<IFfcClient>(key, (provider, _) => provider.GetRequiredKeyedService<FfcClient>(key));
        }
        else
        {
            services.AddSingleton(provider => Create(provider, registration));
            services.AddSingleton<IFfcClient>(provider => provider.GetRequiredService<FfcClient>());
        }

        services.AddHostedService<FfcHostedService>();
        return new FfcBuilder(services, registration, registration.Configuration);
    }

    private static void ThrowIfRegistered(IServiceCollection services, string? serviceKey)
    {
        if (!services.Any(service => IsRegistrationOf(serviceKey, service)))
            return;

        throw new InvalidOperationException(serviceKey is null
            ? "AddFfc was already called without a key. To set more options, call services.Configure<FfcOptions>(…). To add an "
                + "environment, pass a key to AddFfc."
            : $"AddFfc was already called with the key '{serviceKey}'. To set more options, call "
                + $"services.Configure<FfcOptions>(\"{serviceKey}\", …). To add an environment, pass another key.");
    }

    private static bool IsRegistrationOf(string? serviceKey, ServiceDescriptor service) =>
        !service.IsKeyedService
        && service.ImplementationInstance is ClientRegistration registration
        && registration.ServiceKey == serviceKey;

    private static FfcClient Create(IServiceProvider provider, ClientRegistration registration) =>
        new(provider.GetRequiredService<IOptionsMonitor<FfcOptions>>().Get(registration.OptionsName));

    // A store without a key serves all clients: it keeps the environments apart.
    private static T? GetService<T>(IServiceProvider provider, string? serviceKey)
        where T : class =>
        (serviceKey is null ? null : provider.GetKeyedService<T>(serviceKey)) ?? provider.GetService<T>();
}
