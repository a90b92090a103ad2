using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ffc.Sdk.Tests.Streaming;
using Ffc.Sdk.Tests.TestData;
using Ffc.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Ffc.Sdk.Tests.Client;

/// <summary>The options for the HTTP handlers apply to the stream and to insights.</summary>
public sealed class HttpHandlerOptionsTests
{
    private static readonly string[] Paths = ["/api/public/track", "/streaming"];

    [Fact]
    public async Task Proxy_and_ConfigureHttpHandler_apply_to_the_stream_and_to_insights()
    {
        using var certificate = CreateCertificate();
        var requests = new ConcurrentQueue<(string Path, string? ClientCertificate)>();
        await using var server = await StartServerAsync(certificate, requests);
        await using var proxy = new TunnelProxy("ada:s3 cret");

        await using var client = new FfcClient(Options(server.Uri, options =>
        {
            options.Proxy = new($"http://ada:s3%20cret@127.0.0.1:{proxy.Port}");
            options.ConfigureHttpHandler = handler =>
            {
                handler.SslOptions.RemoteCertificateValidationCallback = (_, actual, _, _) => certificate.Equals(actual);
                handler.SslOptions.ClientCertificates = [certificate];
            };
        }));
        client.TrackMetric(Clients.User(), "clicks");

        await Eventually.Holds(() => Paths.All(path => requests.Any(request => request.Path == path)));
        Assert.All(requests, request => Assert.Equal(certificate.Thumbprint, request.ClientCertificate));
        Assert.InRange(proxy.Requests.Count(line => line == $"CONNECT {server.Uri.Authority} HTTP/1.1"), 2, 100);
    }

    [Fact]
    public async Task Insights_are_not_sent_to_a_server_that_is_not_trusted()
    {
        using var certificate = CreateCertificate();
        var requests = new ConcurrentQueue<(string Path, string? ClientCertificate)>();
        await using var server = await StartServerAsync(certificate, requests);

        await using var client = new FfcClient(Options(server.Uri));
        client.TrackMetric(Clients.User(), "clicks");

        await Eventually.Holds(() => client.Insights.Status.Problem is not null);
        Assert.Empty(requests);
    }

    [Fact]
    public async Task A_ConfigureHttpHandler_that_throws_is_reported_and_called_again()
    {
        await using var server = await TrackServer.StartAsync();
        var isBroken = true;
        await using var client = new FfcClient(Options(
            server.Uri,
            options => options.ConfigureHttpHandler = _ =>
            {
                if (Volatile.Read(ref isBroken))
                    throw new IOException("no certificate, see https://ada:s3cret@host/");
            }));
        client.TrackMetric(Clients.User(), "clicks");

        const string Fault = "no certificate, see https://host/";
        await Eventually.Holds(() => client.Insights.Status.Problem == $"ConfigureHttpHandler failed: {Fault}");
        await Eventually.Holds(() =>
            client.UpdateStatusProvider.Status.LastError?.Message.EndsWith(Fault, StringComparison.Ordinal) is true);

        Volatile.Write(ref isBroken, false);
        await Eventually.Holds(() => server.KeptEvents == 1);
    }

    [Fact]
    public async Task The_problem_names_the_proxy_that_is_down()
    {
        await using var client = new FfcClient(Options(
            new("http://127.0.0.1:2"), options => options.Proxy = new("http://ada:s3cret@127.0.0.1:1")));
        client.TrackMetric(Clients.User(), "clicks");

        await Eventually.Holds(() => client.Insights.Status.Problem is not null);
        Assert.Equal("Connection refused through the proxy http://127.0.0.1:1", client.Insights.Status.Problem);
    }

    [Fact]
    public async Task No_message_contains_the_password_of_the_proxy()
    {
        await using var proxy = new TunnelProxy("ada:another");
        await using var client = new FfcClient(Options(
            new("https://127.0.0.1:1"), options => options.Proxy = new($"http://ada:s3%20cret@127.0.0.1:{proxy.Port}")));
        client.TrackMetric(Clients.User(), "clicks");

        await Eventually.Holds(() => client.Insights.Status.Problem is not null);
        Assert.Contains("407", client.Insights.Status.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", client.Insights.Status.Problem, StringComparison.Ordinal);
    }

    private static FfcOptions Options(Uri server, Action<FfcOptions>? configure = null)
    {
        var options = new FfcOptions
        {
            EnvSecret = Clients.Secret,
            StreamingUri = new UriBuilder(server) { Scheme = server.Scheme == "https" ? "wss" : "ws" }.Uri,
            EventsUri = server,
            Insights = { FlushInterval = TimeSpan.FromMilliseconds(50), MaxRetries = 0 },
        };
        configure?.Invoke(options);
        return options;
    }

    private static Task<LoopbackServer> StartServerAsync(
        X509Certificate2 certificate, ConcurrentQueue<(string Path, string? ClientCertificate)> requests) =>
        LoopbackServer.StartAsync(
            app => app.Run(async context =>
            {
                var client = await context.Connection.GetClientCertificateAsync(context.RequestAborted);
                requests.Enqueue((context.Request.Path, client?.Thumbprint));
            }),
            https: https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            });

    private static X509Certificate2 CreateCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
