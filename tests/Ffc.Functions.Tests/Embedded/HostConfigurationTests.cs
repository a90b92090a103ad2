using Ffc.Functions.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Ffc.Functions.Tests.Embedded;

// Alone, because it sets variables of the process, which every host reads.
[CollectionDefinition(nameof(ProcessEnvironment), DisableParallelization = true)]
public class ProcessEnvironment;

[Collection(nameof(ProcessEnvironment))]
public class HostConfigurationTests
{
    private const string Quiet =
        """{ "logging": { "logLevel": { "default": "Error", "Microsoft": "Warning", "Loud": "Debug" } } }""";

    [Fact]
    public void Variables_with_double_underscores_give_sections()
    {
        using var variable = new Variable("Ffc__EnvSecret", "from the environment");

        Assert.Equal("from the environment", RunningHost.Builder([]).Configuration["Ffc:EnvSecret"]);
    }

    [Fact]
    public void The_command_line_wins_over_variables_and_those_over_ASPNETCORE_variables()
    {
        using var prefixed = new Variable("ASPNETCORE_Ffc__Both", "prefixed");
        using var alone = new Variable("ASPNETCORE_Ffc__Alone", "prefixed");
        using var unprefixed = new Variable("Ffc__Both", "unprefixed");
        using var overridden = new Variable("Ffc__Given", "unprefixed");

        var configuration = RunningHost.Builder([], ["--Ffc:Given", "given"]).Configuration;

        Assert.Equal("prefixed", configuration["Ffc:Alone"]);
        Assert.Equal("unprefixed", configuration["Ffc:Both"]);
        Assert.Equal("given", configuration["Ffc:Given"]);
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://0.0.0.0:0")]
    [InlineData("URLS", "http://*:0")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "8080")]
    [InlineData("HTTPS_PORTS", "8443")]
    public void Where_to_listen_may_come_from_a_variable_and_is_refused_there_too(string name, string value)
    {
        using var variable = new Variable(name, value);

        Assert.Throws<InvalidOperationException>(() => RunningHost.Builder([], []).Build());
    }

    [Theory]
    [InlineData("ASPNETCORE_ENVIRONMENT")]
    [InlineData("DOTNET_ENVIRONMENT")]
    [InlineData("AZURE_FUNCTIONS_ENVIRONMENT")]
    public void The_environments_name_comes_from_the_usual_variables(string name)
    {
        using var variable = new Variable(name, "Staging");

        Assert.Equal("Staging", RunningHost.Builder([]).Environment.EnvironmentName);
    }

    [Fact]
    public void The_environment_is_production_unless_it_is_named() =>
        Assert.Equal(Environments.Production, RunningHost.Builder([]).Environment.EnvironmentName);

    [Theory]
    [InlineData("Anything", LogLevel.Warning, false)]
    [InlineData("Anything", LogLevel.Error, true)]
    [InlineData("Microsoft.Something", LogLevel.Information, false)]
    [InlineData("Microsoft.Something", LogLevel.Warning, true)]
    [InlineData("Loud", LogLevel.Debug, true)]
    public async Task Log_levels_come_from_host_json(string category, LogLevel level, bool isEnabled)
    {
        await using var host = await RunningHost.StartAsync([], hostJson: Quiet);

        Assert.Equal(isEnabled, Logger(host.Host, category).IsEnabled(level));
    }

    [Fact]
    public async Task Variables_win_over_host_json()
    {
        using var variable = new Variable("Logging__LogLevel__Default", "Information");
        await using var host = await RunningHost.StartAsync([], hostJson: Quiet);

        Assert.True(Logger(host.Host, "Anything").IsEnabled(LogLevel.Information));
    }

    [Fact]
    public async Task The_bound_address_is_logged_even_where_host_json_quietens_Microsoft()
    {
        await using var host = await RunningHost.StartAsync([], hostJson: Quiet);

        Assert.DoesNotContain(":0", host.Address, StringComparison.Ordinal);
        Assert.Contains(host.Log.At(LogLevel.Information), entry => entry.Message == $"Now listening on: {host.Address}");
    }

    [Fact]
    public async Task The_console_gets_one_line_an_entry()
    {
        var builder = new FunctionsApplicationBuilder(["--urls", "http://127.0.0.1:0"], []);
        await using var services = builder.Services.BuildServiceProvider();

        Assert.Contains(services.GetServices<ILoggerProvider>(), provider => provider is ConsoleLoggerProvider);
        Assert.True(services.GetRequiredService<IOptions<SimpleConsoleFormatterOptions>>().Value.SingleLine);
    }

    [Fact]
    public async Task Answers_do_not_name_the_server()
    {
        await using var host = await RunningHost.StartAsync<HttpRoutingTests.Greetings>();

        using var response = await host.GetAsync("api/hello");

        Assert.Empty(response.Headers.Server);
    }

    [Fact]
    public async Task Hosted_services_are_started_and_stopped()
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

    /// <summary>A variable of the process for as long as a test runs.</summary>
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
