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
    private Process? _process;

    private Azurite(DirectoryInfo? location) => _location = location;

    /// <summary>Where blobs are served; the same again after a restart.</summary>
    public Uri BlobEndpoint { get; private set; } = new("http://127.0.0.1:0");

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={_key};BlobEndpoint={BlobEndpoint}{Account};";

    /// <summary>Starts one that keeps its blobs in memory.</summary>
    public static Task<Azurite> StartAsync() => StartAsync(location: null);

    /// <summary>Starts one that can be stopped and started again without losing its blobs.</summary>
    public static Task<Azurite> StartRestartableAsync() => StartAsync(Directory.CreateTempSubdirectory("ffc-azurite-"));

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

    private static async Task<Azurite> StartAsync(DirectoryInfo? location)
    {
        var azurite = new Azurite(location);
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
        foreach (var argument in _location is null ? ["--inMemoryPersistence"] : new[] { "--location", _location.FullName })
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

    [GeneratedRegex("successfully listens on (http://\\S+)")]
    private static partial Regex Listening();
}
