using System.Runtime.InteropServices;

namespace Ffc.DevServer;

/// <summary>Runs the development server as a program.</summary>
internal static class Program
{
    private const string Usage = """
        usage: ffc-dev [--flags <file>] [--urls <url>[;<url>…]] [--secret <environment secret>] [--control true]
          --flags    the flags file to serve, in the form of FFC or FeatBit; changes to the file are pushed to clients
          --urls     the addresses to listen on
          --secret   the environment secret that clients must send; a public sample secret by default
          --control  true maps the routes under /control, which simulate faults
        """;

    private static async Task<int> Main(string[] args)
    {
        if (args is ["--help" or "-h"])
        {
            Console.WriteLine(Usage);
            return 0;
        }

        using var stoppingCts = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var loggerFactory = LoggerFactory.Create(logging => logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        }));

        try
        {
            await using var server = await FfcDevServer.StartAsync(ReadOptions(args, loggerFactory), stoppingCts.Token);
            PrintSettings(server);
            await Task.Delay(Timeout.Infinite, stoppingCts.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (OperationCanceledException) when (stoppingCts.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception exception) when (exception
            is ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"error: {exception.Message}");
            return 1;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stoppingCts.Cancel();
        }
    }

    private static DevServerOptions ReadOptions(string[] args, ILoggerFactory loggerFactory)
    {
        var values = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var left, var right]
                ? (left, right)
                : (args[i], args.ElementAtOrDefault(++i));
            if (name is not ("--flags" or "--urls" or "--secret" or "--control"))
                throw new ArgumentException($"unknown option {name}\n{Usage}");
            values[name] = value ?? throw new ArgumentException($"{name} requires a value\n{Usage}");
        }

        if (values.GetValueOrDefault("--flags") is "")
            throw new ArgumentException($"--flags requires a value\n{Usage}");
        if (!bool.TryParse(values.GetValueOrDefault("--control", "false"), out var control))
            throw new ArgumentException($"--control must be true or false\n{Usage}");

        var defaults = new DevServerOptions();
        return new DevServerOptions
        {
            FlagsPath = values.GetValueOrDefault("--flags"),
            Urls = values.GetValueOrDefault("--urls", defaults.Urls),
            EnvSecret = values.GetValueOrDefault("--secret"),
            Control = control,
            StampOnStart = true,
            LoggerFactory = loggerFactory,
        };
    }

    private static void PrintSettings(FfcDevServer server)
    {
        // Only the sample secret may be printed, because it is public.
        var isSample = server.EnvSecret
            is DevServerOptions.DevelopmentSecret or DevServerOptions.FeatBitDevelopmentSecret;
        var secret = isSample ? server.EnvSecret : "<the secret given with --secret>";
        var streaming = server.StreamingUri.GetLeftPart(UriPartial.Authority);
        var events = server.BaseUri.GetLeftPart(UriPartial.Authority);
        Console.WriteLine($"""
            {server.ServerName} development server: {events}
            Serving {server.FlagCount} flags from {server.FlagsPath}: changes to the file are pushed to clients.

            Settings for a client:
              Ffc__StreamingUri={streaming}
              Ffc__EventsUri={events}
              Ffc__EnvSecret={secret}

            """);
    }
}
