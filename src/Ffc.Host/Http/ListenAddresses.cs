using Ffc.DevServer.Hosting;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace Ffc.Host.Http;

/// <summary>The addresses that the host listens on. The default is loopback. Other addresses require a function key.</summary>
internal static class ListenAddresses
{
    public const string Default = "http://localhost:7071";

    /// <summary>
    /// Returns the addresses in <c>urls</c>, otherwise the ports in <c>http_ports</c> and <c>https_ports</c>, otherwise the
    /// default.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// An address is invalid, or other machines can reach it and there is no function key.
    /// </exception>
    public static IReadOnlyList<string> From(IConfiguration configuration, bool hasKey)
    {
        List<string> addresses = [.. List(configuration, WebHostDefaults.ServerUrlsKey)];
        if (addresses.Count == 0)
        {
            addresses.AddRange(List(configuration, WebHostDefaults.HttpPortsKey).Select(port => $"http://*:{port}"));
            addresses.AddRange(List(configuration, WebHostDefaults.HttpsPortsKey).Select(port => $"https://*:{port}"));
        }

        return addresses.Count == 0 ? [Default] : [.. addresses.Select(address => Check(address, hasKey))];
    }

    private static string[] List(IConfiguration configuration, string setting) =>
        configuration[setting]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static string Check(string address, bool hasKey)
    {
        ListenAddress parsed;
        try
        {
            parsed = ListenAddress.Parse(address);
        }
        catch (FormatException exception)
        {
            throw new InvalidOperationException(
                $"The host cannot listen on '{address}': use an address such as {Default} in --urls or ASPNETCORE_URLS.",
                exception);
        }

        if (!hasKey && !parsed.IsLoopback)
        {
            throw new InvalidOperationException(
                $"The host does not listen on '{address}' without a function key, because other machines may reach it there. "
                + $"Set {FunctionKey.Variable} to a secret that callers must send, or listen on loopback, such as {Default}.");
        }

        if (parsed.HasPath)
        {
            throw new InvalidOperationException(
                $"The host cannot listen on '{address}': use an address without a path. "
                + "The prefix of all routes is extensions.http.routePrefix in host.json.");
        }

        return parsed.Error is { } error
            ? throw new InvalidOperationException($"The host cannot listen on '{address}': {error}.")
            : parsed.ToString();
    }
}
