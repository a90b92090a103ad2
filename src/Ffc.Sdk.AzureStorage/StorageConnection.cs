using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Ffc.Sdk.Internal;
using Microsoft.Extensions.Configuration;

namespace Ffc.Sdk.AzureStorage;

/// <summary>
/// A storage account: the client that the application passes, or the account of the Functions host. The latter is configured by
/// the setting <c>AzureWebJobsStorage</c>, as a connection string or as identity-based settings
/// (<c>AzureWebJobsStorage__accountName</c> or <c>__blobServiceUri</c>, <c>__credential</c>, <c>__clientId</c>). The Azure SDK
/// is loaded when a container is first used. Thread-safe.
/// </summary>
internal sealed class StorageConnection
{
    private const string Setting = "AzureWebJobsStorage";
    private const string NoConnectionString = "must be a storage connection string";
    private const string AccountKey = "AccountKey=";
    private const string ManagedIdentity = "managedidentity";
    private const string RequiredRole = "Storage Blob Data Contributor";
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    private readonly string? _connectionString;
    private readonly string _source = Setting;
    private readonly Uri? _serviceUri;
    private readonly TokenCredential? _credential;
    private readonly string? _clientId;
    private readonly Lazy<BlobServiceClient> _service;

    private StorageConnection(string connectionString, string source, string? ignoredSetting = null)
    {
        IgnoredSetting = ignoredSetting;
        Credential = StorageCredential.Key;
        (_connectionString, _source) = (connectionString, source);
        _service = new Lazy<BlobServiceClient>(Connect);
    }

    private StorageConnection(Uri serviceUri, StorageCredential credential, string? clientId)
    {
        Credential = credential;
        (_serviceUri, _clientId) = (serviceUri, clientId);
        _service = new Lazy<BlobServiceClient>(Connect);
    }

    private StorageConnection(Uri serviceUri, TokenCredential credential)
    {
        Credential = StorageCredential.Application;
        (_serviceUri, _credential) = (serviceUri, credential);
        _service = new Lazy<BlobServiceClient>(Connect);
    }

    private StorageConnection(BlobServiceClient client)
    {
        Credential = StorageCredential.Application;
        _service = new Lazy<BlobServiceClient>(client);
    }

    /// <summary>The name of a setting that the connection string replaces; null if it replaces none.</summary>
    public string? IgnoredSetting { get; }

    /// <summary>How the storage account authenticates this app.</summary>
    public StorageCredential Credential { get; }

    private string CredentialName => Credential switch
    {
        StorageCredential.Key => "key",
        StorageCredential.ManagedIdentity => "managed identity",
        StorageCredential.Default => "default",
        _ => "the application's",
    };

    /// <summary>Uses a client of the application.</summary>
    public static StorageConnection From(BlobServiceClient client) => new(client);

    /// <summary>Uses a connection string of the application.</summary>
    /// <exception cref="InvalidOperationException">The text is not a connection string; the message omits it.</exception>
    public static StorageConnection From(string connectionString)
    {
        const string Source = "The connection string";
        return ConnectionStringFault(connectionString) is { } fault
            ? throw new InvalidOperationException($"{Source}: {fault}.")
            : new StorageConnection(connectionString, Source);
    }

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">The configuration of the application.</param>
    /// <param name="credential">
    /// The credential for an account without a key; null for the identity in the settings, from the package Azure.Identity.
    /// </param>
    /// <returns>Null if no storage account is configured.</returns>
    /// <exception cref="InvalidOperationException">A setting is invalid. The message names it and contains no secret.</exception>
    public static StorageConnection? From(IConfiguration configuration, TokenCredential? credential = null)
    {
        var section = configuration.GetSection(Setting);
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            if (ConnectionStringFault(section.Value) is not { } fault)
                return new StorageConnection(section.Value, Setting, IgnoredSettingOf(section));

            var hint = fault == NoConnectionString ? $"; to use an identity, set {Setting}__accountName instead" : "";
            throw new InvalidOperationException($"{Setting}: {fault}{hint}.");
        }

        var uri = ServiceUri(section);
        if (uri is null)
            return null;

        var kind = section["credential"];
        if (!string.IsNullOrEmpty(kind) && !kind.Equals(ManagedIdentity, StringComparison.OrdinalIgnoreCase))
            throw Fault("credential", $"must be {ManagedIdentity}, or not be set");

        if (credential is not null)
            return new StorageConnection(uri, credential);

        // In Azure, only the managed identity is tried. DefaultAzureCredential tries several sources, which takes seconds.
        var isInAzure =
            configuration["WEBSITE_INSTANCE_ID"] is { Length: > 0 } || configuration["IDENTITY_ENDPOINT"] is { Length: > 0 };
        var clientId = section["clientId"] is { Length: > 0 } id ? id : null;
        var identity =
            isInAzure || !string.IsNullOrEmpty(kind) ? StorageCredential.ManagedIdentity : StorageCredential.Default;
        return new StorageConnection(uri, identity, clientId);
    }

    /// <summary>Returns a container of the account, whether it exists or not.</summary>
    public BlobContainerClient Container(string name) => _service.Value.GetBlobContainerClient(name);

    /// <summary>
    /// Runs a call with a time limit of five seconds. The message of a failure has one line and states what to do.
    /// </summary>
    /// <param name="container">The container that the call uses.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="IOException">The call failed or took too long.</exception>
    public async Task<T> CallAsync<T>(
        string container, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await TimeLimit.RunAsync(call, CallTimeout, TimeProvider.System, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException(Describe(exception, container), exception);
        }
    }

    /// <summary>Runs a write. If the container does not exist, creates it and runs the write again.</summary>
    /// <exception cref="RequestFailedException">The storage account rejected the request.</exception>
    public async Task<T> WriteAsync<T>(
        string container, Func<BlobContainerClient, Task<T>> write, CancellationToken cancellationToken)
    {
        var client = Container(container);
        try
        {
            return await write(client);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            return await write(client);
        }
    }

    /// <summary>Describes a failure in one line that states what to do. Contains no secret.</summary>
    private string Describe(Exception exception, string container) => exception switch
    {
        RequestFailedException { Status: 401 or 403 } refused =>
            $"storage refuses access ({refused.Status} {refused.ErrorCode}): {HowToGetAccess(container)}",
        RequestFailedException { Status: > 0 } failed => $"storage returned {failed.Status} {failed.ErrorCode}",
        OperationCanceledException or TimeoutException => "storage does not respond",
        FormatException or ArgumentException when Credential == StorageCredential.Key =>
            $"{_source} is not a valid connection string",
        // The Azure SDK wraps the cause, once for each attempt, and describes it in many lines.
        AggregateException { InnerExceptions: [.., var last] } => Describe(last, container),
        // Its message has the address, those of its causes do not.
        RequestFailedException unreachable =>
            CannotBeReached(unreachable) + (IsEmulator ? "; is Azurite running? Start it with 'npx azurite'" : ""),
        _ => CannotBeReached(exception.GetBaseException()),
    };

    private string CannotBeReached(Exception cause) =>
        Credential == StorageCredential.Key
            ? $"the storage of {_source} cannot be reached: {FirstLine(cause.Message)}"
            : $"storage cannot be reached with {CredentialName} credentials: {FirstLine(cause.Message)}";

    private bool IsEmulator => _connectionString is not null
        && (_connectionString.Contains("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase)
            || _connectionString.Contains("devstoreaccount1", StringComparison.OrdinalIgnoreCase));

    private string HowToGetAccess(string container) => Credential switch
    {
        StorageCredential.Key =>
            $"check the key in {_source}, the account's firewall, and that the key may create and write the container "
            + container,
        StorageCredential.Application =>
            $"check that the credentials of the app may create and write the container {container} (an identity "
            + $"needs the role {RequiredRole}), and the account's firewall",
        _ =>
            $"assign this app's identity the role {RequiredRole} on the storage account, or on the container {container} if "
            + "it exists",
    };

    private static string? IgnoredSettingOf(IConfigurationSection section)
    {
        string[] settings = ["blobServiceUri", "accountName"];
        return settings.FirstOrDefault(name => section[name] is { Length: > 0 }) is { } ignored ? $"{Setting}__{ignored}" : null;
    }

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

    // A quick check at start-up. The Azure SDK, which is too slow to load at start-up, validates the rest on first use.
    private static string? ConnectionStringFault(string text)
    {
        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] required = ["UseDevelopmentStorage=", "AccountName=", "BlobEndpoint="];
        if (!parts.All(part => part.Contains('=', StringComparison.Ordinal))
            || !parts.Any(part => required.Any(name => part.StartsWith(name, StringComparison.OrdinalIgnoreCase))))
            return NoConnectionString;

        var key = parts.FirstOrDefault(part => part.StartsWith(AccountKey, StringComparison.OrdinalIgnoreCase));
        return key is null || Base64.IsValid(key.AsSpan(AccountKey.Length))
            ? null
            : "its AccountKey is not base64; copy the complete key";
    }

    private static InvalidOperationException Fault(string member, string fault) => new($"{Setting}__{member}: {fault}.");

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd();

    private BlobServiceClient Connect() => _connectionString is null
        ? new BlobServiceClient(_serviceUri, _credential ?? CreateIdentity(), Options())
        : new BlobServiceClient(_connectionString, Options());

    private TokenCredential CreateIdentity()
    {
        try
        {
            return LoadIdentity();
        }
        catch (FileNotFoundException)
        {
            throw new InvalidOperationException(
                $"{Setting} names an account without a key: add the package Azure.Identity to the app, or pass a TokenCredential "
                + "to AddAzureBlobStorage");
        }
    }

    // A separate method, because Azure.Identity is loaded only when it is used. Only an app that uses an identity has it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TokenCredential LoadIdentity() => Credential == StorageCredential.ManagedIdentity
        ? new ManagedIdentityCredential(_clientId is null
            ? ManagedIdentityId.SystemAssigned
            : ManagedIdentityId.FromUserAssignedClientId(_clientId))
        : new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = _clientId });

    private static BlobClientOptions Options() => new()
    {
        // Few retries, because callers have a timeout and try again later.
        Retry =
        {
            MaxRetries = 2,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(1),
            NetworkTimeout = TimeSpan.FromSeconds(5),
        },

        // The client logs failures. The diagnostics of the Azure SDK would only delay a cold start.
        Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false },
    };
}
