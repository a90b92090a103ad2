using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Ffc.Functions;

/// <summary>Runs a host, and reports a failed start as one line for each error instead of a stack trace.</summary>
public static class HostRunner
{
    /// <summary>Builds the host and runs it until it stops.</summary>
    /// <param name="build">Creates the host.</param>
    /// <returns>The exit status of the process: 0, or 1 if a setting, a file or a port prevented the start.</returns>
    public static async Task<int> RunAsync(Func<IHost> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        try
        {
            await build().RunAsync();
            return 0;
        }
        catch (Exception exception) when (exception is InvalidOperationException or OptionsValidationException or IOException
            or InvalidDataException or SocketException)
        {
            foreach (var error in Describe(exception))
                await Console.Error.WriteLineAsync($"error: {error}");
            return 1;
        }
    }

    private static IEnumerable<string> Describe(Exception exception) => exception switch
    {
        OptionsValidationException invalid => invalid.Failures,
        IOException { InnerException: AddressInUseException } =>
            [$"{exception.Message} Choose another address: --urls http://localhost:<port>"],
        SocketException => [$"The host cannot listen on its address: {exception.Message}"],
        _ => [exception.Message],
    };
}
