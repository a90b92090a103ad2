using Ffc.Sdk;
using Ffc.Sdk.FeatureManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.FeatureManagement.FeatureFilters;

namespace Microsoft.FeatureManagement;

/// <summary>Connects Microsoft.FeatureManagement to the client of <c>Ffc.Sdk</c>.</summary>
public static class FfcFeatureManagementBuilderExtensions
{
    /// <summary>
    /// Makes <see cref="IFeatureManager"/> and <see cref="IVariantFeatureManager"/>, and all code that uses them such as
    /// feature gates and tag helpers, evaluate the flags of the registered <see cref="IFfcClient"/>. A feature is the flag with
    /// the same key. Feature definitions in the configuration, feature filters and session managers are no longer used.
    /// </summary>
    /// <param name="builder">The builder that <c>AddFeatureManagement</c> or <c>AddScopedFeatureManagement</c> returned.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <param name="serviceKey">The key of the client; null for the client without a key.</param>
    /// <returns>The same builder.</returns>
    /// <example>
    /// <code>
    /// builder.Services.AddFfc(builder.Configuration.GetSection("Ffc"));
    /// builder.Services.AddFeatureManagement().AddFfc();
    /// </code>
    /// </example>
    public static IFeatureManagementBuilder AddFfc(
        this IFeatureManagementBuilder builder,
        Action<FfcFeatureManagementOptions>? configure = null,
        string? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.Configure(configure ?? (_ => { }));

        // The same lifetime as the replaced manager: a scoped manager may use a scoped accessor.
        var isScoped = services.Any(service =>
            service.ServiceType == typeof(IFeatureManager) && service.Lifetime == ServiceLifetime.Scoped);
        var lifetime = isScoped ? ServiceLifetime.Scoped : ServiceLifetime.Singleton;
        services.Replace(new ServiceDescriptor(typeof(FfcFeatureManager), provider => Create(provider, serviceKey), lifetime));
        services.Replace(new ServiceDescriptor(typeof(IFeatureManager), Manager, lifetime));
        services.Replace(new ServiceDescriptor(typeof(IVariantFeatureManager), Manager, lifetime));
        return builder;
    }

    private static FfcFeatureManager Manager(IServiceProvider services) => services.GetRequiredService<FfcFeatureManager>();

    private static FfcFeatureManager Create(IServiceProvider services, string? serviceKey) => new(
        serviceKey is null
            ? services.GetRequiredService<IFfcClient>()
            : services.GetRequiredKeyedService<IFfcClient>(serviceKey),
        services.GetService<ITargetingContextAccessor>(),
        services.GetRequiredService<IOptions<FfcFeatureManagementOptions>>().Value,
        services.GetRequiredService<IOptions<FeatureManagementOptions>>().Value,
        services.GetRequiredService<ILogger<FfcFeatureManager>>());
}
