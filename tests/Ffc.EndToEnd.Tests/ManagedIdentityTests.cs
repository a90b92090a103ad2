using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ffc.EndToEnd.Tests;

/// <summary>Storage without a key: the app requests tokens from the platform's token endpoint, as in Azure.</summary>
public sealed class ManagedIdentityTests : IAsyncLifetime
{
    private const string ClientId = "11111111-2222-3333-4444-555555555555";
    private const string IdentityHeader = "identity-header";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffc-identity-");
    private readonly ConcurrentQueue<string> _tokenRequests = new();
    private LoopbackServer _platform = null!;
    private Azurite _azurite = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string CertificatePath => Path.Combine(_folder.FullName, "certificate.pem");

    public async ValueTask InitializeAsync()
    {
        var keyPath = Path.Combine(_folder.FullName, "key.pem");
        CreateCertificate(CertificatePath, keyPath);
        _azurite = await Azurite.StartWithTokensAsync(CertificatePath, keyPath);
        _platform = await LoopbackServer.StartAsync(app => app.MapGet("/msi/token", SendTokenAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Snapshots_are_written_and_read_with_only_the_token_of_the_identity()
    {
        await using (var server = await AppProcess.StartAsync("Ffc.DevServer", [], "--urls", "http://127.0.0.1:0"))
        await using (var app = await StartAppAsync(server.BaseUri))
        {
            await Eventually.Is(() => GetSourceAsync(app), source => source == "stream");
            await app.TerminateAsync();
            Assert.Contains("Wrote the snapshot", app.Output, StringComparison.Ordinal);
        }

        await using var next = await StartAppAsync(new Uri("http://127.0.0.1:1"));
        await Eventually.Is(() => GetSourceAsync(next), source => source == "snapshot");

        // Every token is for storage and for the configured identity.
        Assert.All(_tokenRequests, query =>
        {
            Assert.Contains("resource=https://storage.azure.com", query, StringComparison.Ordinal);
            Assert.Contains($"client_id={ClientId}", query, StringComparison.Ordinal);
        });
        Assert.NotEmpty(_tokenRequests);
    }

    private async Task<AppProcess> StartAppAsync(Uri server)
    {
        var settings = FlagService.Settings(server);
        settings["AzureWebJobsStorage__blobServiceUri"] = _azurite.AccountUri.ToString();
        settings["AzureWebJobsStorage__credential"] = "managedidentity";
        settings["AzureWebJobsStorage__clientId"] = ClientId;
        settings["IDENTITY_ENDPOINT"] = new Uri(_platform.Uri, "msi/token").ToString();
        settings["IDENTITY_HEADER"] = IdentityHeader;
        settings["SSL_CERT_FILE"] = CertificatePath;
        var app = await AppProcess.StartAsync("Ffc.Host", settings, "--urls", "http://127.0.0.1:0");
        app.Http.DefaultRequestHeaders.Add("x-functions-key", FlagService.FunctionKey);
        return app;
    }

    private static async Task<string?> GetSourceAsync(AppProcess app)
    {
        var status = await app.Http.GetFromJsonAsync<JsonElement>("/api/status", Token);
        return status.GetProperty("data").GetProperty("source").GetString();
    }

    // Responds as the token endpoint of App Service.
    private Task SendTokenAsync(HttpContext context)
    {
        if (context.Request.Headers["X-IDENTITY-HEADER"] != IdentityHeader)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        _tokenRequests.Enqueue(context.Request.QueryString.Value!);
        var now = DateTimeOffset.UtcNow;
        return context.Response.WriteAsJsonAsync(new Dictionary<string, string>
        {
            ["access_token"] = CreateToken(now),
            ["expires_on"] = $"{now.AddHours(1).ToUnixTimeSeconds()}",
            ["resource"] = "https://storage.azure.com",
            ["token_type"] = "Bearer",
        });
    }

    // Azurite validates the claims of a token but not its signature.
    private static string CreateToken(DateTimeOffset now)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["aud"] = "https://storage.azure.com",
            ["iss"] = "https://sts.windows.net/11111111-1111-1111-1111-111111111111/",
            ["iat"] = now.AddMinutes(-5).ToUnixTimeSeconds(),
            ["nbf"] = now.AddMinutes(-5).ToUnixTimeSeconds(),
            ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
        });
        return $"{Base64Url("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Base64Url(claims)}.{Base64Url("signature"u8)}";

        static string Base64Url(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }

    private static void CreateCertificate(string certificatePath, string keyPath)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem(), Encoding.ASCII);
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem(), Encoding.ASCII);
    }
}
