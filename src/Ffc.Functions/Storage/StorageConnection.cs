using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;

namespace Ffc.Functions.Storage;

/// <summary>
/// The storage account that the Functions host itself uses: the setting <c>AzureWebJobsStorage</c>, as a connection string or as
/// identity-based settings (<c>AzureWebJobsStorage__accountName</c> or <c>__blobServiceUri</c>, <c>__credential</c>, <c>__clientId</c>).
/// Making one is cheap: the Azure SDK is loaded by whoever first asks for a container. Thread-safe.
/// </summary>
internal sealed class StorageConnection
{
    private const string Setting = "AzureWebJobsStorage";
    private const string ManagedIdentity = "managedidentity";
    private const string NeededRole = "Storage Blob Data Contributor";

    private readonly string? _connectionString;
    private readonly Uri? _serviceUri;
    private readonly bool _usesManagedIdentity;
    private readonly string? _clientId;
    private readonly Lazy<BlobServiceClient> _service;

    private StorageConnection(string? connectionString, Uri? serviceUri, bool usesManagedIdentity, string? clientId)
    {
        _connectionString = connectionString;
        _serviceUri = serviceUri;
        _usesManagedIdentity = usesManagedIdentity;
        _clientId = clientId;
        _service = new Lazy<BlobServiceClient>(Connect);
    }

    /// <summary>Which credential is shown: <c>key</c>, <c>managed identity</c> or <c>default</c> (whatever this machine is signed in with).</summary>
    public string Credential => _connectionString is not null ? "key" : _usesManagedIdentity ? "managed identity" : "default";

    /// <summary>Reads the settings.</summary>
    /// <returns>Null when no storage is configured.</returns>
    /// <exception cref="InvalidOperationException">A setting cannot work; the message names it and repeats no secret.</exception>
    public static StorageConnection? From(IConfiguration configuration)
    {
        var section = configuration.GetSection(Setting);
        if (!string.IsNullOrWhiteSpace(section.Value))
            return new StorageConnection(CheckedConnectionString(section.Value), null, false, null);

        var uri = ServiceUri(section);
        if (uri is null)
            return null;

        var credential = section["credential"];
        if (!string.IsNullOrEmpty(credential) && !credential.Equals(ManagedIdentity, StringComparison.OrdinalIgnoreCase))
            throw Fault("credential", $"must be {ManagedIdentity}, or not be set");

        // In Azure the managed identity is asked straight away: probing for every credential there is takes seconds, and a cold
        // start has none to spare.
        var inAzure = !string.IsNullOrEmpty(configuration["WEBSITE_INSTANCE_ID"]) || !string.IsNullOrEmpty(configuration["IDENTITY_ENDPOINT"]);
        var clientId = section["clientId"] is { Length: > 0 } id ? id : null;
        return new StorageConnection(null, uri, inAzure || !string.IsNullOrEmpty(credential), clientId);
    }

    /// <summary>A container of the account, which need not exist.</summary>
    public BlobContainerClient Container(string name) => _service.Value.GetBlobContainerClient(name);

    /// <summary>Runs a write; where its container is missing, makes the container and runs the write again.</summary>
    /// <exception cref="RequestFailedException">Storage refused one of them.</exception>
    public async Task<T> WriteAsync<T>(
        string container, Func<BlobContainerClient, CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        var client = Container(container);
        try
        {
            return await write(client, cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == "ContainerNotFound")
        {
            await client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            return await write(client, cancellationToken);
        }
    }

    /// <summary>Says in one line what went wrong and what to do. Holds no secret.</summary>
    /// <param name="e">What storage, or the way to it, threw.</param>
    /// <param name="container">The container in question.</param>
    public string Describe(Exception e, string container) => e switch
    {
        RequestFailedException { Status: 401 or 403 } refused when _connectionString is null =>
            $"storage refuses access ({refused.Status} {refused.ErrorCode}): give this app's identity the role {NeededRole} on the storage "
            + $"account, or on the container {container} where that is there",
        RequestFailedException { Status: 401 or 403 } refused =>
            $"storage refuses access ({refused.Status} {refused.ErrorCode}): check the key in {Setting}, the account's firewall, and that "
            + $"the key may make and write the container {container}",
        RequestFailedException { Status: > 0 } failed => $"storage answers {failed.Status} {failed.ErrorCode}",
        OperationCanceledException => "storage does not answer",
        FormatException or ArgumentException => $"{Setting} is not a valid connection string",
        // The Azure SDK wraps what happened on the way, and says so over many lines.
        _ => $"storage cannot be reached with {Credential} credentials: {FirstLine(e.GetBaseException().Message)}",
    };

    private static Uri? ServiceUri(IConfigurationSection section)
    {
        if (section["blobServiceUri"] is { Length: > 0 } text)
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
                ? uri
                : throw Fault("blobServiceUri", "must be an https URI, such as https://account.blob.core.windows.net");
        }

        if (section["accountName"] is not { Length: > 0 } account)
            return null;
        return account.Length is >= 3 and <= 24 && account.All(char.IsAsciiLetterOrDigit)
            ? new Uri($"https://{account}.blob.core.windows.net")
            : throw Fault("accountName", "must be the name of a storage account: 3 to 24 letters and digits");
    }

    // Enough to find the wrong thing in the setting at the start; the Azure SDK checks the rest, which costs too much there.
    private static string CheckedConnectionString(string text)
    {
        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] wanted = ["UseDevelopmentStorage=", "AccountName=", "BlobEndpoint="];
        return parts.All(part => part.Contains('=', StringComparison.Ordinal))
            && parts.Any(part => wanted.Any(name => part.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
            ? text
            : throw new InvalidOperationException(
                $"{Setting}: must be a storage connection string; for an identity, set {Setting}__accountName in its place.");
    }

    private static InvalidOperationException Fault(string member, string fault) => new($"{Setting}__{member}: {fault}.");

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd();

    private BlobServiceClient Connect()
    {
        // What is stored can wait for the next attempt, and whoever waits for storage has its own time limit.
        var options = new BlobClientOptions
        {
            Retry = { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(200), MaxDelay = TimeSpan.FromSeconds(1), NetworkTimeout = TimeSpan.FromSeconds(5) },

            // What goes wrong is logged here; the SDK's own reports only make a cold start longer.
            Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false },
        };
        return _connectionString is not null
            ? new BlobServiceClient(_connectionString, options)
            : ConnectWithIdentity(options);
    }

    // Apart, so that Azure.Identity is loaded only where it is used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private BlobServiceClient ConnectWithIdentity(BlobClientOptions options)
    {
        TokenCredential credential = _usesManagedIdentity
            ? new ManagedIdentityCredential(_clientId is null
                ? ManagedIdentityId.SystemAssigned
                : ManagedIdentityId.FromUserAssignedClientId(_clientId))
            : new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = _clientId });
        return new BlobServiceClient(_serviceUri, credential, options);
    }
}
