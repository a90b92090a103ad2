namespace Ffc.Host.Tests;

public class HostCommandLineTests
{
    [Fact]
    public void Without_arguments_there_are_no_settings_and_no_options()
    {
        var line = HostCommandLine.Parse([]);

        Assert.Empty(line.Settings);
        Assert.Equal((null, false, null), (line.FlagsPath, line.UseFeatBit, line.DevelopmentOption));
    }

    [Theory]
    [InlineData("Ffc:EnvSecret", "a=b==", "--Ffc:EnvSecret=a=b==")]
    [InlineData("Ffc:EnvSecret", "--hyphens", "--Ffc:EnvSecret", "--hyphens")]
    [InlineData("Logging:LogLevel:Default", "Debug", "--Logging:LogLevel:Default", "Debug")]
    [InlineData("URLS", "http://localhost:1", "--urls", "http://localhost:1")]
    [InlineData("urls", "http://localhost:1", "--URLS=http://localhost:1")]
    [InlineData("environment", "Staging", "--environment", "Staging")]
    [InlineData("http_ports", "8080", "--http_ports", "8080")]
    [InlineData("AzureWebJobsStorage", "UseDevelopmentStorage=true", "--AzureWebJobsStorage", "UseDevelopmentStorage=true")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x", "--OTEL_EXPORTER_OTLP_ENDPOINT", "http://x")]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "x", "--APPLICATIONINSIGHTS_CONNECTION_STRING=x")]
    public void A_setting_has_a_value(string name, string value, params string[] args) =>
        Assert.Equal(value, HostCommandLine.Parse(args).Settings[name]);

    [Fact]
    public void The_options_for_the_development_server_are_no_settings()
    {
        var line = HostCommandLine.Parse(["--featbit", "--flags", "mine.json", "--Ffc:StartWait=00:00:01"]);

        Assert.Equal(("mine.json", true, "--flags"), (line.FlagsPath, line.UseFeatBit, line.DevelopmentOption));
        Assert.Equal("Ffc:StartWait", Assert.Single(line.Settings).Key);
        Assert.Equal("--featbit", HostCommandLine.Parse(["--featbit"]).DevelopmentOption);
    }

    [Theory]
    [InlineData("unknown option --bogus", "--bogus")]
    [InlineData("unknown option --bogus", "--bogus=secret")]
    [InlineData("unknown option mine.json", "mine.json")]
    [InlineData("unknown option Ffc:EnvSecret", "Ffc:EnvSecret=secret")]
    [InlineData("unknown option --Ffc__EnvSecret. On the command line, write the name of a setting with colons",
        "--Ffc__EnvSecret=secret")]
    [InlineData("--flags requires a value", "--flags")]
    [InlineData("--flags requires a value", "--flags", "--featbit")]
    [InlineData("--urls requires a value", "--urls")]
    [InlineData("--Ffc:EnvSecret requires a value", "--Ffc:EnvSecret=")]
    [InlineData("--featbit must be true or false", "--featbit=maybe")]
    public void An_invalid_argument_is_an_error_that_names_it_and_repeats_no_value(string expected, params string[] args)
    {
        var exception = Assert.Throws<ArgumentException>(() => HostCommandLine.Parse(args));

        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("--help lists the options.", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("=secret", exception.Message, StringComparison.Ordinal);
    }
}
