namespace Ffc.DevServer.Hosting;

/// <summary>Parses the URLs in <see cref="DevServerOptions.Urls"/>.</summary>
internal static class ListenUrls
{
    /// <exception cref="ArgumentException">There is no URL, or the server cannot listen on one of them.</exception>
    public static IReadOnlyList<string> Parse(string urls)
    {
        var list = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return list.Length > 0 ? [.. list.Select(Check)] : throw new ArgumentException("no URL to listen on is given");
    }

    private static string Check(string url)
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

        return address is { IsTcp: true, Error: null }
            ? address.ToString()
            : throw Invalid(address.Error ?? "use the form http://host:port");

        ArgumentException Invalid(string reason) => new($"cannot listen on {url}: {reason}");
    }
}
