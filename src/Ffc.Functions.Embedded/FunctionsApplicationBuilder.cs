using System.Reflection;
using Ffc.Functions.Embedded.Development;
using Ffc.Functions.Embedded.Http;
using Ffc.Functions.Embedded.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ffc.Functions.Embedded;

/// <summary>Builds an application that runs functions on Kestrel alone, under the isolated worker's names.</summary>
public sealed class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    private readonly WebApplicationBuilder _web;
    private readonly HostJson _hostJson;
    private readonly IReadOnlyCollection<Type>? _functionClasses;

    /// <param name="args">The command line.</param>
    /// <param name="functionClasses">The classes whose functions are run. Null: all of the entry assembly.</param>
    /// <param name="hostJsonDirectory">Where <c>host.json</c> is. Null: beside the application.</param>
    internal FunctionsApplicationBuilder(
        string[] args, IReadOnlyCollection<Type>? functionClasses = null, string? hostJsonDirectory = null)
    {
        _functionClasses = functionClasses;
        _hostJson = HostJson.Load(hostJsonDirectory ?? AppContext.BaseDirectory);

        // Only what is needed is put in: the default builders also watch settings files and load HTTPS and more loggers,
        // and a cold start pays for each.
        _web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        AddConfiguration(args);
        AddLogging();
    }

    /// <inheritdoc cref="IHostApplicationBuilder.Configuration"/>
    public ConfigurationManager Configuration => _web.Configuration;

    /// <inheritdoc/>
    public IHostEnvironment Environment => _web.Environment;

    /// <inheritdoc/>
    public ILoggingBuilder Logging => _web.Logging;

    /// <inheritdoc/>
    public IMetricsBuilder Metrics => _web.Metrics;

    /// <inheritdoc/>
    public IServiceCollection Services => _web.Services;

    /// <inheritdoc/>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    /// <summary>Whether HTTP functions may take ASP.NET Core's types: on the real worker, too, only once that was asked for.</summary>
    internal bool HasWebApplication { get; set; }

    /// <inheritdoc/>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    /// <summary>Finds the functions and makes the host that serves them. Can be called once.</summary>
    /// <exception cref="InvalidOperationException">
    /// A function cannot be served as it is written, two functions collide, or the host would listen where others can reach it
    /// without a function key, or a setting cannot work. The message says which and what to do.
    /// </exception>
    public IHost Build()
    {
        var functions = Function.FindIn(_functionClasses ?? EntryAssembly().GetTypes());
        var http = functions.Where(function => function.Trigger is HttpTriggerAttribute)
            .Select(function => new HttpFunction(function, _hostJson.RoutePrefix)).ToList();
        var timers = functions.Where(function => function.Trigger is TimerTriggerAttribute)
            .Select(function => new TimerFunction(function)).ToList();

        if (http.Count > 0 && !HasWebApplication)
        {
            throw new InvalidOperationException(
                $"Function '{http[0].Function.Name}' has an HTTP trigger: "
                + "call builder.ConfigureFunctionsWebApplication() before builder.Build().");
        }

        AddServices(functions, http, timers);
        DevelopmentDefaults.AddTo(this, _hostJson);
        _web.WebHost.UseKestrelCore().ConfigureKestrel(Limit);

        var key = FunctionKey.From(Configuration);
        var addresses = ListenAddresses.From(Configuration, hasKey: key is not null);
        var origins = AllowedOrigins.From(Configuration);
        var application = _web.Build();
        foreach (var address in addresses)
            application.Urls.Add(address);

        AllowedOrigins.UseFor(application, origins);
        FunctionRoutes.Map(application, http, key);
        return application;
    }

    private static Assembly EntryAssembly() =>
        Assembly.GetEntryAssembly() ?? throw new InvalidOperationException("There is no entry assembly to find functions in.");

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;

        // Functions have limits of their own and say so in their own words. What they leave of a body is read and thrown away, so
        // that the caller, who may still be sending, gets to see the answer: this limit is where that ends. A flag key
        // of 10,000 characters takes nine bytes each when it is percent-encoded.
        kestrel.Limits.MaxRequestBodySize = 8 * 1024 * 1024;
        kestrel.Limits.MaxRequestLineSize = 128 * 1024;
    }

    private void AddConfiguration(string[] args)
    {
        Configuration.AddInMemoryCollection(_hostJson.LogLevels);
        Configuration.AddEnvironmentVariables("ASPNETCORE_");
        Configuration.AddEnvironmentVariables();
        Configuration.AddCommandLine(args);

        var environment = Configuration[HostDefaults.EnvironmentKey]
            ?? Configuration["DOTNET_ENVIRONMENT"]
            ?? Configuration["AZURE_FUNCTIONS_ENVIRONMENT"];
        if (!string.IsNullOrWhiteSpace(environment))
            Environment.EnvironmentName = environment;
    }

    private void AddLogging()
    {
        Logging.AddConfiguration(Configuration.GetSection("Logging"));
        Logging.AddSimpleConsole(console => console.SingleLine = true);

        // Its lines hold the request's query, and so the key of whoever sends that as "code".
        Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }

    private void AddServices(IReadOnlyList<Function> functions, List<HttpFunction> http, List<TimerFunction> timers)
    {
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddRouting();
        Services.AddCors();

        // The container makes the instances: it starts without generating code, gets fast where it is used, and disposes of them.
        foreach (var function in functions.Where(function => !function.Method.IsStatic))
            Services.TryAddTransient(function.Class);

        if (http.Any(function => function.NeedsMvc))
            Services.AddMvcCore();

        if (timers.Count > 0)
            Services.AddHostedService(services => ActivatorUtilities.CreateInstance<TimerService>(services, timers));
    }
}
