using Ffc.DevServer.Hosting;

namespace Ffc.DevServer;

/// <summary>Reads the command line and the environment variables of the program.</summary>
internal static class ProgramOptions
{
    public const string Usage = """
        usage: ffc-dev [--flags <file>] [--urls <url>[;<url>…]] [--secret <environment secret>] [--key <key>] [--control]
               ffc-dev --mirror --streaming-uri <url> [--events-uri <url>] [--overrides <file>] [--forward-insights] …
          --flags             the flags file to serve, in the short form or in the form of FFC or FeatBit; changes to the file
                              are pushed to clients
          --urls              the addresses to listen on
          --secret            the environment secret that clients must send; a public sample secret by default, or a new random
                              secret if other machines can reach the server
          --key               the key that the dashboard, /insights and /control ask for; required if other machines can reach
                              the server. FFC_DEV_KEY sets it, too
          --control           maps the routes under /control, which simulate faults
          --mirror            serves the flags of a real environment; its secret is in FFC_MIRROR_SECRET
          --streaming-uri     the address that the flags of the environment are streamed from
          --events-uri        the address that insights of the environment are sent to
          --overrides         the file with the local overrides of flags; .ffc/overrides-<environment>.json by default
          --forward-insights  sends insights to the environment; otherwise they are only shown
        """;

    private const string KeyVariable = "FFC_DEV_KEY";
    private const string SecretVariable = "FFC_MIRROR_SECRET";

    private static readonly string[] WithValue =
        ["--flags", "--urls", "--secret", "--key", "--streaming-uri", "--events-uri", "--overrides"];

    private static readonly string[] Switches = ["--control", "--mirror", "--forward-insights"];
    private static readonly string[] OfMirror = ["--streaming-uri", "--events-uri", "--overrides", "--forward-insights"];

    /// <exception cref="ArgumentException">An option is unknown or invalid. The message names it.</exception>
    public static DevServerOptions Read(string[] args, Func<string, string?> readVariable, ILoggerFactory loggerFactory)
    {
        var values = CommandLine.Parse(args, Switches.Contains, WithValue.Contains, Invalid);
        var defaults = new DevServerOptions();
        var key = values.GetValueOrDefault("--key") ?? readVariable(KeyVariable);
        return new DevServerOptions
        {
            FlagsPath = values.GetValueOrDefault("--flags"),
            Urls = values.GetValueOrDefault("--urls", defaults.Urls),
            EnvSecret = values.GetValueOrDefault("--secret"),
            Key = string.IsNullOrEmpty(key) ? null : key,
            Control = IsOn(values, "--control"),
            Mirror = ReadMirror(values, readVariable),
            StampOnStart = true,
            LoggerFactory = loggerFactory,
        };
    }

    private static MirrorOptions? ReadMirror(Dictionary<string, string> values, Func<string, string?> readVariable)
    {
        if (!IsOn(values, "--mirror"))
        {
            return OfMirror.FirstOrDefault(values.ContainsKey) is { } name
                ? throw Invalid($"{name} is only possible with --mirror")
                : null;
        }

        if (values.ContainsKey("--flags"))
            throw Invalid("--flags is not possible with --mirror; use --overrides for the file with the local overrides");
        return new MirrorOptions
        {
            EnvSecret = readVariable(SecretVariable) is { Length: > 0 } secret
                ? secret
                : throw Invalid($"--mirror requires the server-side secret of the environment in the variable {SecretVariable}"),
            StreamingUri = ReadUri(values, "--streaming-uri")
                ?? throw Invalid("--mirror requires --streaming-uri, such as wss://api.featureflag.co"),
            EventsUri = ReadUri(values, "--events-uri"),
            OverridesPath = values.GetValueOrDefault("--overrides"),
            ForwardInsights = IsOn(values, "--forward-insights"),
        };
    }

    private static Uri? ReadUri(Dictionary<string, string> values, string name) =>
        values.GetValueOrDefault(name) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri
        : throw Invalid($"{name} must be an absolute URI, such as wss://api.featureflag.co");

    private static bool IsOn(Dictionary<string, string> values, string name) =>
        values.TryGetValue(name, out var value) && bool.Parse(value);

    private static ArgumentException Invalid(string message) => new($"{message}\n{Usage}");
}
