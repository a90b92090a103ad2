using System.Security.Claims;
using Ffc.Sdk.Tests.TestData;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.Mvc;

namespace Ffc.Packages.Tests.FeatureManagement;

/// <summary>A real ASP.NET Core app with a feature gate, a page with feature tags, and the flags of a test.</summary>
internal sealed class FeatureApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FeatureApp(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public static async Task<FeatureApp> StartAsync(bool isScoped, params ItemJson[] items)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddFfc(options => (options.Offline, options.Bootstrap) = (true, MessageJson.Full(items)));
        var features = isScoped ? builder.Services.AddScopedFeatureManagement() : builder.Services.AddFeatureManagement();
        features.WithTargeting().AddFfc();
        builder.Services.AddRazorPages().WithRazorPagesRoot("/FeatureManagement/Pages");
        builder.Services.AddControllers().AddApplicationPart(typeof(FeatureApp).Assembly);

        var app = builder.Build();
        app.Use((context, next) =>
        {
            if (context.Request.Headers["x-user"] is [{ } user])
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity(
                    [new Claim(ClaimTypes.Name, user), new Claim(ClaimTypes.Role, "staff")], "test"));
            }

            return next(context);
        });
        app.MapControllers();
        app.MapRazorPages();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FeatureApp(app);
    }

    public async Task<(int Status, string Body)> GetAsync(string path, string? user = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (user is not null)
            request.Headers.Add("x-user", user);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

[ApiController]
public sealed class GatedController : ControllerBase
{
    [FeatureGate("beta")]
    [HttpGet("gated")]
    public IActionResult Get() => Ok("open");
}
