using Microsoft.AspNetCore.DataProtection;
using Microsoft.FluentUI.AspNetCore.Components;

namespace Ffc.DevServer.Dashboard;

/// <summary>Adds the dashboard to the development server.</summary>
internal static class DashboardRoutes
{
    // Components set the style attribute, so inline styles are allowed. All scripts are files of this server.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

    private const string KeyService = "DataProtectionHostedService";

    // The JSON of a flag is sent in one message. The default of 32 KiB is too small for flags with many targets.
    private const int MaxMessageSize = 8 * 1024 * 1024;

    public static void AddServices(IServiceCollection services, FfcDevServer server)
    {
        services.AddSingleton(server);
        services.AddRazorComponents().AddInteractiveServerComponents()
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = MaxMessageSize);
        services.AddFluentUIComponents();

        // Keys in memory. The service that creates keys in the home folder at the start is not needed.
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        if (services.FirstOrDefault(service => service.ImplementationType?.Name == KeyService) is { } keyService)
            services.Remove(keyService);
    }

    public static void Map(WebApplication app)
    {
        app.UseAntiforgery();
        DashboardAssets.Map(app);
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null)
            .Add(AddHeaders);
    }

    private static void AddHeaders(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is not { } next)
            return;
        endpoint.RequestDelegate = context =>
        {
            context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            return next(context);
        };
    }
}
