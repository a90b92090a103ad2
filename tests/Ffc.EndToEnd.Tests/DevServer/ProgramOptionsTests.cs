using Ffc.DevServer;
using Ffc.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ffc.EndToEnd.Tests.DevServer;

public class ProgramOptionsTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["FFC_MIRROR_SECRET"] = "real",
        ["FFC_DEV_KEY"] = "from-variable",
    };

    [Fact]
    public void Without_arguments_the_defaults_apply()
    {
        var options = Read([], variables: false);

        Assert.Equal((null, null, null, null), (options.FlagsPath, options.EnvSecret, options.Key, options.Mirror));
        Assert.Equal((new DevServerOptions().Urls, false, true), (options.Urls, options.Control, options.StampOnStart));
    }

    [Theory]
    [InlineData("--control")]
    [InlineData("--control=true")]
    [InlineData("--control", "true")]
    public void A_switch_needs_no_value(params string[] args)
    {
        Assert.True(Read(args).Control);
        Assert.Equal("x.json", Read([.. args, "--flags", "x.json"]).FlagsPath);
    }

    [Theory]
    [InlineData("from-variable")]
    [InlineData("from-argument", "--key", "from-argument")]
    public void The_key_is_in_an_argument_or_a_variable(string expected, params string[] args) =>
        Assert.Equal(expected, Read(args).Key);

    [Fact]
    public void The_secret_of_a_mirrored_environment_is_in_a_variable()
    {
        var mirror = Read([
            "--mirror", "--streaming-uri", "wss://flags.example", "--events-uri=https://events.example", "--overrides", "o.json",
            "--forward-insights"]).Mirror!;

        Assert.Equal(("real", "wss://flags.example/"), (mirror.EnvSecret, mirror.StreamingUri.ToString()));
        Assert.Equal(
            ("https://events.example/", "o.json", true),
            (mirror.EventsUri!.ToString(), mirror.OverridesPath, mirror.ForwardInsights));
        Assert.False(Read(["--mirror", "--streaming-uri", "wss://flags.example"]).Mirror!.ForwardInsights);
    }

    [Theory]
    [InlineData("unknown option --mirrors", "--mirrors")]
    [InlineData("--streaming-uri requires a value", "--mirror", "--streaming-uri", "--control")]
    [InlineData("--mirror requires --streaming-uri", "--mirror")]
    [InlineData("--streaming-uri must be an absolute URI", "--mirror", "--streaming-uri", "flags.example")]
    [InlineData("--forward-insights is only possible with --mirror", "--forward-insights")]
    [InlineData("--overrides is only possible with --mirror", "--overrides", "x.json", "--mirror", "false")]
    [InlineData("--flags is not possible with --mirror", "--mirror", "--streaming-uri", "wss://x.example", "--flags", "x.json")]
    [InlineData("--mirror must be true or false", "--mirror=maybe")]
    public void An_invalid_option_is_an_error_that_names_it(string expected, params string[] args) => Assert.StartsWith(
        expected, Assert.Throws<ArgumentException>(() => Read(args)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_secret_of_a_mirrored_environment_is_an_error_that_names_the_variable()
    {
        var exception = Assert.Throws<ArgumentException>(
            () => Read(["--mirror", "--streaming-uri", "wss://x.example"], variables: false));

        Assert.Contains("FFC_MIRROR_SECRET", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_is_described_in_the_document()
    {
        var options = ProgramOptions.Usage.Split('\n')
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("--", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[0]);
        var rows = Repository.Read("docs/dev-server.md").Split('\n')
            .Where(line => line.StartsWith("| `--", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]);

        Assert.Equal(options.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    private static DevServerOptions Read(string[] args, bool variables = true) => ProgramOptions.Read(
        args, name => variables ? Variables.GetValueOrDefault(name) : null, NullLoggerFactory.Instance);
}
