using System.Runtime.InteropServices;

namespace Ffc.DevServer;

/// <summary>The development server on its own.</summary>
internal static class Program
{
    private const string Usage = """
        usage: Ffc.DevServer [--flags <file>] [--urls <url>[;<url>…]] [--secret <environment secret>] [--control true]
          --flags    the flags to serve, a data-sync message; each change of the file is pushed
          --urls     where to listen
          --secret   the environment that clients must name; where it is not given, one for development
          --control  whether there are routes under /control that make the server misbehave
        """;

    private static async Task<int> Main(string[] args)
    {
        if (args is ["--help" or "-h"])
        {
            Console.WriteLine(Usage);
            return 0;
        }

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        }));

        try
        {
            await using var server = await FfcDevServer.StartAsync(ReadOptions(args, loggers), stop.Token);
            PrintSettings(server);
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e) when (e is ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"error: {e.Message}");
            return 1;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static DevServerOptions ReadOptions(string[] args, ILoggerFactory loggers)
    {
        var given = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var before, var after]
                ? (before, after)
                : (args[i], args.ElementAtOrDefault(++i));
            if (name is not ("--flags" or "--urls" or "--secret" or "--control"))
                throw new ArgumentException($"unknown option {name}\n{Usage}");
            given[name] = value ?? throw new ArgumentException($"{name} lacks its value\n{Usage}");
        }

        if (given.GetValueOrDefault("--flags") is "")
            throw new ArgumentException($"--flags lacks its value\n{Usage}");
        if (!bool.TryParse(given.GetValueOrDefault("--control", "false"), out var control))
            throw new ArgumentException($"--control is true or false\n{Usage}");

        var defaults = new DevServerOptions();
        return new DevServerOptions
        {
            FlagsPath = given.GetValueOrDefault("--flags"),
            Urls = given.GetValueOrDefault("--urls", defaults.Urls),
            EnvSecret = given.GetValueOrDefault("--secret", defaults.EnvSecret),
            Control = control,
            StampOnStart = true,
            LoggerFactory = loggers,
        };
    }

    private static void PrintSettings(FfcDevServer server)
    {
        // The sample secret is public; one of the user's own is not repeated.
        var isSample = server.EnvSecret == DevServerOptions.DevelopmentSecret;
        var secret = isSample ? server.EnvSecret : "<the secret given with --secret>";
        var streaming = server.StreamingUri.GetLeftPart(UriPartial.Authority);
        var events = server.BaseUri.GetLeftPart(UriPartial.Authority);
        Console.WriteLine($"""
            FFC development server: {events}
            Serving {server.FlagCount} flags from {server.FlagsPath}: edit the file, and clients follow.

            Settings for a client:
              Ffc__StreamingUri={streaming}
              Ffc__EventsUri={events}
              Ffc__EnvSecret={secret}

            """);
    }
}
