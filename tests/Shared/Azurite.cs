using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Ffc.Tests;

/// <summary>
/// An Azurite process that serves blobs on a free port. It ends when this object is disposed or the test process ends.
/// </summary>
internal sealed partial class Azurite : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly DirectoryInfo? _location;
    private readonly string[] _moreArguments;
    private Process? _process;

    private Azurite(DirectoryInfo? location, params string[] moreArguments) =>
        (_location, _moreArguments) = (location, moreArguments);

    /// <summary>The blob endpoint. It does not change when the service restarts.</summary>
    public Uri BlobEndpoint { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The URL of the account, for clients that authenticate with a token.</summary>
    public Uri AccountUri => new(BlobEndpoint, Account);

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={_key};BlobEndpoint={BlobEndpoint}{Account};";

    /// <summary>Starts a service that keeps its blobs in memory.</summary>
    public static Task<Azurite> StartAsync() => StartAsync(new Azurite(location: null));

    /// <summary>Starts a service that accepts tokens of identities over HTTPS and keeps its blobs in memory.</summary>
    /// <param name="certificate">A PEM file.</param>
    /// <param name="key">A PEM file with the private key of the certificate.</param>
    public static Task<Azurite> StartWithTokensAsync(string certificate, string key) =>
        StartAsync(new Azurite(location: null, "--oauth", "basic", "--cert", certificate, "--key", key));

    /// <summary>Starts a service that keeps its blobs when it is stopped and restarted.</summary>
    public static Task<Azurite> StartRestartableAsync() =>
        StartAsync(new Azurite(Directory.CreateTempSubdirectory("ffc-azurite-")));

    /// <summary>Stops the service, to simulate an outage.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;

        _process = null;
        try
        {
            // The process ends when its input is closed: see exit-with-parent.cjs.
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        finally
        {
            process.Dispose();
        }
    }

    /// <summary>Restarts the service on the same port.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _location?.Delete(recursive: true);
    }

    private static async Task<Azurite> StartAsync(Azurite azurite)
    {
        try
        {
            await azurite.RunAsync();
            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    private async Task RunAsync()
    {
        var tools = await TestTools.FolderAsync();
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--require", Path.Combine(tools, "exit-with-parent.cjs"),
                Path.Combine(tools, "node_modules", "azurite", "dist", "src", "blob", "main.js"),
                "--blobHost", "127.0.0.1", "--blobPort", $"{BlobEndpoint.Port}",
                "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            },
            // A random key, so that the source contains no well-known secret.
            Environment = { ["AZURITE_ACCOUNTS"] = $"{Account}:{_key}" },
        };
        string[] storage = _location is null ? ["--inMemoryPersistence"] : ["--location", _location.FullName];
        foreach (var argument in storage.Concat(_moreArguments))
            start.ArgumentList.Add(argument);

        _process = Process.Start(start)!;
        BlobEndpoint = await ReadBlobEndpointAsync(_process).WaitAsync(StartTimeout);
    }

    private static async Task<Uri> ReadBlobEndpointAsync(Process process)
    {
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (ListeningLine().Match(line) is { Success: true } match)
            {
                // Keeps reading, because the process blocks when the pipe is full.
                _ = process.StandardOutput.ReadToEndAsync();
                return new Uri(match.Groups[1].Value);
            }
        }

        throw new InvalidOperationException($"Azurite did not start: {await errors}");
    }

    [GeneratedRegex("successfully listens on (https?://\\S+)")]
    private static partial Regex ListeningLine();
}
