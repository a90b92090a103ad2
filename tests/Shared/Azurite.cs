using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Ffc.Tests;

/// <summary>An Azurite process that serves blobs on a port of its own. It ends with this object, or with the test process.</summary>
internal sealed partial class Azurite : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly DirectoryInfo? _location;
    private readonly string[] _more;
    private Process? _process;

    private Azurite(DirectoryInfo? location, params string[] more) => (_location, _more) = (location, more);

    /// <summary>Where blobs are served; the same again after a restart.</summary>
    public Uri BlobEndpoint { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The address of the account, for those who show a token.</summary>
    public Uri AccountUri => new(BlobEndpoint, Account);

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={_key};BlobEndpoint={BlobEndpoint}{Account};";

    /// <summary>Starts one that keeps its blobs in memory.</summary>
    public static Task<Azurite> StartAsync() => StartAsync(new Azurite(location: null));

    /// <summary>Starts one that takes tokens, as storage does from identities, and for that speaks HTTPS. It keeps its blobs in memory.</summary>
    /// <param name="certificate">A PEM file.</param>
    /// <param name="key">A PEM file with the certificate's key.</param>
    public static Task<Azurite> StartWithTokensAsync(string certificate, string key) =>
        StartAsync(new Azurite(location: null, "--oauth", "basic", "--cert", certificate, "--key", key));

    /// <summary>Starts one that can be stopped and started again without losing its blobs.</summary>
    public static Task<Azurite> StartRestartableAsync() => StartAsync(new Azurite(Directory.CreateTempSubdirectory("ffc-azurite-")));

    /// <summary>Takes the service away, as in an outage.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;

        _process = null;
        try
        {
            // Closing its input asks it to end: see exit-with-parent.cjs.
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

    /// <summary>Brings the service back on the same port.</summary>
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
                "--blobHost", "127.0.0.1", "--blobPort", $"{BlobEndpoint.Port}", "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            },
            // A key of our own: no well-known secret has to be written down.
            Environment = { ["AZURITE_ACCOUNTS"] = $"{Account}:{_key}" },
        };
        string[] storage = _location is null ? ["--inMemoryPersistence"] : ["--location", _location.FullName];
        foreach (var argument in storage.Concat(_more))
            start.ArgumentList.Add(argument);

        _process = Process.Start(start)!;
        BlobEndpoint = await ListeningAsync(_process).WaitAsync(Patience);
    }

    private static async Task<Uri> ListeningAsync(Process process)
    {
        var errors = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                // Read on, or it would stall some day on a full pipe.
                _ = process.StandardOutput.ReadToEndAsync();
                return new Uri(match.Groups[1].Value);
            }
        }

        throw new InvalidOperationException($"Azurite did not start: {await errors}");
    }

    [GeneratedRegex("successfully listens on (https?://\\S+)")]
    private static partial Regex Listening();
}
