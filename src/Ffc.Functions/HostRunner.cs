using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Ffc.Functions;

/// <summary>Runs a host, and reports a failed start as one line for each error instead of a stack trace.</summary>
public static class HostRunner
{
    /// <summary>
    /// The category of log entries about a failed start. They have a stack trace, so a console does not show them.
    /// </summary>
    public const string StartFailureCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>
    /// The categories of log entries that contain the query of a request, or a malformed request line: with the function key of
    /// callers that send it as <c>code</c>, and with the tickets of event streams. No log may contain them.
    /// </summary>
    public static IReadOnlyList<string> CategoriesWithSecrets { get; } =
        ["Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Server.Kestrel.BadRequests"];

    /// <summary>
    /// Builds the host and runs it until it stops. SIGINT and SIGTERM stop it at any time, also before its start is complete.
    /// </summary>
    /// <param name="build">Creates the host.</param>
    /// <param name="terminatedStatus">The exit status if SIGTERM stopped the host.</param>
    /// <returns>
    /// The exit status of the process: 0 or <paramref name="terminatedStatus"/>, or 1 if a setting, a file or a port prevented
    /// the start.
    /// </returns>
    public static async Task<int> RunAsync(Func<IHost> build, int terminatedStatus = 0)
    {
        ArgumentNullException.ThrowIfNull(build);
        var stoppedStatus = 0;
        using var stoppingCts = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await build().RunAsync(stoppingCts.Token);
        }
        catch (OperationCanceledException)
        {
            // The host was stopped before its start was complete.
        }
        catch (Exception exception)
        {
            foreach (var error in Describe(exception))
                await Console.Error.WriteLineAsync($"error: {error}");
            return 1;
        }

        return stoppedStatus;

        void Stop(PosixSignalContext signal)
        {
            // Without this, the runtime ends the process when the handlers return.
            signal.Cancel = true;
            if (signal.Signal == PosixSignal.SIGTERM)
                stoppedStatus = terminatedStatus;
            stoppingCts.Cancel();
        }
    }

    private static IEnumerable<string> Describe(Exception exception) => exception switch
    {
        AggregateException several => several.InnerExceptions.SelectMany(Describe),
        OptionsValidationException invalid => invalid.Failures,
        IOException { InnerException: AddressInUseException } =>
            [$"{exception.Message} Choose another address: --urls http://localhost:<port>"],
        SocketException => [$"The host cannot listen on its address: {exception.Message}"],
        InvalidOperationException or ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException =>
            [exception.Message.ReplaceLineEndings(" ")],

        // An error in the app, which needs its stack trace.
        _ => [exception.ToString()],
    };
}
