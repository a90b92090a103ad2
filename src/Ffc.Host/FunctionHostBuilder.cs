using System.Text.Encodings.Web;
using Ffc.DevServer.Hosting;
using Ffc.Functions;
using Ffc.Functions.Settings;
using Ffc.Host.Development;
using Ffc.Host.Http;
using Ffc.Host.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Ffc.Host;

/// <summary>Builds a host that runs functions on Kestrel, without the Azure Functions runtime.</summary>
internal sealed class FunctionHostBuilder
{
    // Containers are killed ten seconds after the request to stop. The client needs up to four seconds after the last request.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(4);

    private readonly HostJson _hostJson;
    private readonly HostCommandLine _commandLine;
    private readonly IReadOnlyCollection<Type> _functionClasses;

    /// <param name="args">The command line: settings, and options for the development server.</param>
    /// <param name="functionClasses">The classes whose functions run. Null: all classes of <c>Ffc.Functions</c>.</param>
    /// <param name="hostJsonDirectory">The directory of <c>host.json</c>. Null: the directory of the application.</param>
    /// <exception cref="ArgumentException">An argument is unknown, or its value is missing.</exception>
    /// <exception cref="InvalidOperationException"><c>host.json</c> is invalid.</exception>
    public FunctionHostBuilder(
        string[] args, IReadOnlyCollection<Type>? functionClasses = null, string? hostJsonDirectory = null)
    {
        _commandLine = HostCommandLine.Parse(args);
        _functionClasses = functionClasses ?? typeof(FfcFunctionsExtensions).Assembly.GetTypes();
        _hostJson = HostJson.Load(hostJsonDirectory ?? AppContext.BaseDirectory);

        // The empty builder keeps the cold start short: the default builders also watch settings files and load HTTPS and
        // more loggers.
        Web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        AddConfiguration();
        AddLogging();
    }

    /// <summary>The builder of the web application; services and configuration are added to it.</summary>
    public WebApplicationBuilder Web { get; }

    /// <summary>Finds the functions and builds the host that serves them. Can be called once.</summary>
    /// <exception cref="InvalidOperationException">
    /// The host cannot serve a function, two functions collide, or a setting is invalid. The message names it and states what to
    /// do.
    /// </exception>
    public IHost Build()
    {
        var functions = Function.FindIn(_functionClasses);
        var httpFunctions = functions.Where(function => function.Trigger is HttpTriggerAttribute)
            .Select(function => new HttpFunction(function, _hostJson.RoutePrefix)).ToList();
        var timerFunctions = functions.Where(function => function.Trigger is TimerTriggerAttribute)
            .Select(function => new TimerFunction(function)).ToList();

        AddServices(functions, timerFunctions);
        DevelopmentDefaults.AddTo(Web, _hostJson, _commandLine);
        Web.WebHost.UseKestrelCore().ConfigureKestrel(SetLimits);

        var settings = HostSettings.From(Web.Configuration);
        var key = FunctionKey.From(settings);
        var addresses = ListenAddresses.From(Web.Configuration, hasKey: key is not null);
        var origins = AllowedOrigins.From(settings);
        var application = Web.Build();
        foreach (var address in addresses)
            application.Urls.Add(address);

        // A function key defines who may call the functions. Without one, the addresses are loopback, and a list of origins adds
        // pages of other sites. Such a list alone does not stop pages that use a foreign name for a loopback address.
        if (key is null)
            application.Use((context, next) => RefuseOtherSitesAsync(context, origins, next));
        AllowedOrigins.UseFor(application, origins);
        DevelopmentDefaults.MapDashboard(application);
        FunctionRoutes.Map(application, httpFunctions, key);
        return application;
    }

    private static Task RefuseOtherSitesAsync(HttpContext context, IReadOnlyList<string> origins, RequestDelegate next) =>
        LocalRequests.Check(context.Request, origins) is { } refusal
            ? Problem.WriteAsync(
                context, refusal.Status, $"{refusal.Reason} This does not apply if {FunctionKey.Variable} is set.")
            : next(context);

    private static void SetLimits(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;

        // Functions enforce their own limit and return 413. This higher limit bounds only how much of a rejected body is read,
        // so that a client that is still sending receives the response.
        kestrel.Limits.MaxRequestBodySize = 8 * 1024 * 1024;

        // A percent-encoded character takes up to nine bytes, so a flag key of 10,000 characters takes 90,000 bytes.
        kestrel.Limits.MaxRequestLineSize = 128 * 1024;
    }

    private void AddConfiguration()
    {
        Web.Configuration.AddInMemoryCollection(_hostJson.LogLevels);
        Web.Configuration.AddEnvironmentVariables("ASPNETCORE_");
        Web.Configuration.AddEnvironmentVariables();
        Web.Configuration.AddInMemoryCollection(_commandLine.Settings);

        var environment = Web.Configuration[HostDefaults.EnvironmentKey]
            ?? Web.Configuration["DOTNET_ENVIRONMENT"]
            ?? Web.Configuration["AZURE_FUNCTIONS_ENVIRONMENT"];
        if (!string.IsNullOrWhiteSpace(environment))
            Web.Environment.EnvironmentName = environment;
    }

    private void AddLogging()
    {
        Web.Logging.AddConfiguration(Web.Configuration.GetSection("Logging"));
        Web.Logging.AddSimpleConsole(console => console.SingleLine = true);

        foreach (var category in HostRunner.CategoriesWithSecrets)
        {
            // Settings of a provider precede filters for all providers, but not filters for this provider.
            Web.Logging.AddFilter(category, LogLevel.None);
            Web.Logging.AddFilter<ConsoleLoggerProvider>(category, LogLevel.None);
        }

        // HostRunner reports a failed start in one line.
        Web.Logging.AddFilter<ConsoleLoggerProvider>(HostRunner.StartFailureCategory, LogLevel.None);
    }

    private void AddServices(IReadOnlyList<Function> functions, List<TimerFunction> timerFunctions)
    {
        Web.Services.TryAddSingleton(TimeProvider.System);
        Web.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        Web.Services.AddRouting();

        // The responses of the functions have no HTML escapes either.
        Web.Services.ConfigureHttpJsonOptions(
            json => json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        Web.Services.AddCors();

        foreach (var function in functions.Where(function => !function.Method.IsStatic))
            Web.Services.TryAddTransient(function.Class);

        if (timerFunctions.Count > 0)
            Web.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<TimerService>(services, timerFunctions));
    }
}
