using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Ffc.Host.Tests;

// Not parallel, because it sets environment variables that every host reads.
[CollectionDefinition(nameof(ProcessEnvironment), DisableParallelization = true)]
public class ProcessEnvironment;

[Collection(nameof(ProcessEnvironment))]
public class HostConfigurationTests
{
    private const string Quiet =
        """{ "logging": { "logLevel": { "default": "Error", "Microsoft": "Warning", "Loud": "Debug" } } }""";

    [Fact]
    public void Double_underscores_in_environment_variables_separate_sections()
    {
        using var variable = new Variable("Ffc__EnvSecret", "from the environment");

        Assert.Equal("from the environment", RunningHost.Builder([]).Web.Configuration["Ffc:EnvSecret"]);
    }

    [Fact]
    public void Command_line_overrides_variables_which_override_ASPNETCORE_variables()
    {
        using var prefixed = new Variable("ASPNETCORE_Ffc__Both", "prefixed");
        using var alone = new Variable("ASPNETCORE_Ffc__Alone", "prefixed");
        using var unprefixed = new Variable("Ffc__Both", "unprefixed");
        using var overridden = new Variable("Ffc__Given", "unprefixed");

        var configuration = RunningHost.Builder([], ["--Ffc:Given", "given"]).Web.Configuration;

        Assert.Equal("prefixed", configuration["Ffc:Alone"]);
        Assert.Equal("unprefixed", configuration["Ffc:Both"]);
        Assert.Equal("given", configuration["Ffc:Given"]);
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://0.0.0.0:0")]
    [InlineData("URLS", "http://*:0")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "8080")]
    [InlineData("HTTPS_PORTS", "8443")]
    public void Listen_addresses_in_environment_variables_are_checked_too(string name, string value)
    {
        using var variable = new Variable(name, value);

        Assert.Throws<InvalidOperationException>(() => RunningHost.Builder([], []).Build());
    }

    [Theory]
    [InlineData("ASPNETCORE_ENVIRONMENT")]
    [InlineData("DOTNET_ENVIRONMENT")]
    [InlineData("AZURE_FUNCTIONS_ENVIRONMENT")]
    public void Environment_name_is_read_from_the_usual_variables(string name)
    {
        using var variable = new Variable(name, "Staging");

        Assert.Equal("Staging", RunningHost.Builder([]).Web.Environment.EnvironmentName);
    }

    [Fact]
    public void Environment_is_production_by_default() =>
        Assert.Equal(Environments.Production, RunningHost.Builder([]).Web.Environment.EnvironmentName);

    [Theory]
    [InlineData("Anything", LogLevel.Warning, false)]
    [InlineData("Anything", LogLevel.Error, true)]
    [InlineData("Microsoft.Something", LogLevel.Information, false)]
    [InlineData("Microsoft.Something", LogLevel.Warning, true)]
    [InlineData("Loud", LogLevel.Debug, true)]
    public async Task Log_levels_are_read_from_host_json(string category, LogLevel level, bool isEnabled)
    {
        await using var host = await RunningHost.StartAsync([], hostJson: Quiet);

        Assert.Equal(isEnabled, Logger(host.Host, category).IsEnabled(level));
    }

    [Fact]
    public async Task Environment_variables_override_host_json()
    {
        using var variable = new Variable("Logging__LogLevel__Default", "Information");
        await using var host = await RunningHost.StartAsync([], hostJson: Quiet);

        Assert.True(Logger(host.Host, "Anything").IsEnabled(LogLevel.Information));
    }

    [Fact]
    public async Task The_address_is_logged_even_if_host_json_filters_Microsoft()
    {
        await using var host = await RunningHost.StartAsync([], hostJson: Quiet);

        Assert.DoesNotContain(":0", host.Address, StringComparison.Ordinal);
        Assert.Contains(host.Log.At(LogLevel.Information), entry => entry.Message == $"Now listening on: {host.Address}");
    }

    [Fact]
    public async Task The_console_shows_each_log_entry_on_one_line()
    {
        var builder = new FunctionHostBuilder(["--urls", "http://127.0.0.1:0"], []);
        await using var services = builder.Web.Services.BuildServiceProvider();

        Assert.Contains(services.GetServices<ILoggerProvider>(), provider => provider is ConsoleLoggerProvider);
        Assert.True(services.GetRequiredService<IOptions<SimpleConsoleFormatterOptions>>().Value.SingleLine);
    }

    [Fact]
    public async Task Responses_have_no_Server_header()
    {
        await using var host = await RunningHost.StartAsync<HttpRoutingTests.Greetings>();

        using var response = await host.GetAsync("api/hello");

        Assert.Empty(response.Headers.Server);
    }

    [Fact]
    public async Task Hosted_services_start_and_stop_with_the_host()
    {
        var service = new Hosted();
        await using (var host = await RunningHost.StartAsync([], builder => builder.Services.AddHostedService(_ => service)))
        {
            Assert.True(service.IsRunning);
        }

        Assert.False(service.IsRunning);
    }

    private static ILogger Logger(IHost host, string category) =>
        host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category);

    private sealed class Hosted : IHostedService
    {
        public bool IsRunning { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            IsRunning = true;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            IsRunning = false;
            return Task.CompletedTask;
        }
    }

    /// <summary>Sets an environment variable for the duration of a test.</summary>
    private sealed class Variable : IDisposable
    {
        private readonly string _name;
        private readonly string? _before;

        public Variable(string name, string value)
        {
            _name = name;
            _before = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(_name, _before);
    }
}
