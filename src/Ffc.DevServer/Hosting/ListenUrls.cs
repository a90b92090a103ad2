namespace Ffc.DevServer.Hosting;

/// <summary>Parses the URLs in <see cref="DevServerOptions.Urls"/>.</summary>
internal static class ListenUrls
{
    /// <exception cref="ArgumentException">
    /// There is no URL, or the server cannot listen on one of them, or other machines can reach it and there is no key.
    /// </exception>
    public static IReadOnlyList<string> Parse(string urls, bool hasKey)
    {
        var list = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return list.Length > 0
            ? [.. list.Select(url => Check(url, hasKey))]
            : throw new ArgumentException("no URL to listen on is given");
    }

    private static string Check(string url, bool hasKey)
    {
        ListenAddress address;
        try
        {
            address = ListenAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw Invalid("use the form http://host:port");
        }

        if (address.IsTcp && !address.IsLoopback && !hasKey)
        {
            throw Invalid(
                "other machines may reach the server there, so it needs a key. Set --key or FFC_DEV_KEY to a secret, "
                + "or listen on loopback, such as http://localhost:5100");
        }

        return address is { IsTcp: true, Error: null }
            ? address.ToString()
            : throw Invalid(address.Error ?? "use the form http://host:port");

        ArgumentException Invalid(string reason) => new($"cannot listen on {url}: {reason}");
    }
}
