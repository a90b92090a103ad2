using System.Runtime.InteropServices;
using Ffc.DevServer.Hosting;
using Ffc.Sdk.Internal;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Console;

namespace Ffc.DevServer;

/// <summary>Runs the development server as a program.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["--help" or "-h"])
        {
            Console.WriteLine(ProgramOptions.Usage);
            return 0;
        }

        using var stoppingCts = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var loggerFactory = LoggerFactory.Create(logging =>
        {
            logging.Services.AddSingleton(TimeProvider.System);
            logging.AddConsole(console => console.FormatterName = PlainConsoleFormatter.FormatterName);
            logging.AddConsoleFormatter<PlainConsoleFormatter, ConsoleFormatterOptions>();
        });

        try
        {
            var options = ProgramOptions.Read(args, Environment.GetEnvironmentVariable, loggerFactory);
            await using var server = await FfcDevServer.StartAsync(options, stoppingCts.Token);
            PrintSettings(server, options);
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
            // The same hint as that of the function host.
            var hint = exception.InnerException is AddressInUseException
                ? ". Choose another address: --urls http://localhost:<port>"
                : "";
            await Console.Error.WriteLineAsync($"error: {exception.SafeMessage()}{hint}");
            return 1;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stoppingCts.Cancel();
        }
    }

    private static void PrintSettings(FfcDevServer server, DevServerOptions options)
    {
        // A random secret is shown only here.
        var secret = options.EnvSecret is null || server.HasPublicSecret ? server.EnvSecret : "<the secret given with --secret>";
        var note = server.HasPublicSecret || options.EnvSecret is not null
            ? ""
            : "\nThe secret is new and random. Keep it confidential, or use --secret to choose one that stays the same.\n";
        var streaming = server.StreamingUri.GetLeftPart(UriPartial.Authority);
        var events = server.BaseUri.GetLeftPart(UriPartial.Authority);
        var key = options.Key is null ? "" : " It asks for the key; clients do not need the key.";
        var flags = new Counted(server.FlagCount, "flag");
        var source = options.Mirror is { } mirror
            ? $"Serving {flags} of the environment at {UriCredentials.Remove(mirror.StreamingUri.ToString())}; "
                + $"local overrides are in {server.FlagsPath}."
            : $"Serving {flags} from {server.FlagsPath}: changes to the file are pushed to clients.";
        Console.WriteLine($"""
            {server.ServerName} development server: {events}{key}
            {source}
            Dashboard: {events}

            Settings for a client:
              Ffc__StreamingUri={streaming}
              Ffc__EventsUri={events}
              Ffc__EnvSecret={secret}
            {note}
            """);
    }
}
