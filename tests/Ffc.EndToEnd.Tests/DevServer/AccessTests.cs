using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using Ffc.DevServer;
using Ffc.Sdk;
using Ffc.Sdk.Protocol;
using Ffc.Sdk.Protocol.Ffc;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>What pages of other origins and other machines can do with a development server: nothing.</summary>
public class AccessTests
{
    private const string Key = "key-of-the-server";

    private static readonly string[] Routes =
        ["GET /", "GET /insights", "DELETE /insights", "POST /control/push", "POST /control/track", "GET /control/last-push",
         "POST " + FfcProtocol.TrackPath, "GET /streaming", "GET /missing", "GET /_framework/blazor.web.js",
         "POST /_blazor/negotiate"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("https://localhost.evil.example")]
    [InlineData("http://localhost:3000")]
    [InlineData("http://127.0.0.1")]
    [InlineData("null")]
    [InlineData("file://")]
    public async Task Every_route_refuses_pages_of_other_origins(string origin)
    {
        await using var test = await TestServer.StartAsync(control: true);

        foreach (var route in Routes)
        {
            using var response = await SendAsync(test, route, origin);
            Assert.True(response.StatusCode == HttpStatusCode.Forbidden, $"{route}: {response.StatusCode}");
            Assert.DoesNotContain(response.Headers, header =>
                header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
        }

        using var preflight = await SendAsync(test, "OPTIONS /control/push", origin);
        Assert.Equal(HttpStatusCode.Forbidden, preflight.StatusCode);
        Assert.Empty(test.Server.Events);
        Assert.Null(test.Server.LastPush);
    }

    [Fact]
    public async Task A_page_of_the_server_may_call_it_in_any_content_type()
    {
        await using var test = await TestServer.StartAsync(control: true);
        var origin = test.Server.BaseUri.GetLeftPart(UriPartial.Authority);

        using var get = await SendAsync(test, "GET /insights", origin);
        using var post = await SendAsync(test, "POST /control/push", origin, contentType: "text/plain");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (get.StatusCode, post.StatusCode));
        Assert.NotNull(test.Server.LastPush);
    }

    [Fact]
    public async Task A_WebSocket_of_a_page_of_another_origin_is_refused()
    {
        await using var test = await TestServer.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "http://localhost:3000");
        socket.Options.SetRequestHeader(FfcProtocol.SecretHeader, test.Server.EnvSecret);
        var token = Uri.EscapeDataString(FrameClient.Token(test.Server.EnvSecret, DateTimeOffset.UtcNow));

        var exception = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(
            new Uri(test.Server.StreamingUri, $"{Wire.StreamingPath}?type=server&token={token}"), Token));

        Assert.Contains("403", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rebound.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost.example", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1.example", HttpStatusCode.Forbidden)]
    [InlineData("192.0.2.1", HttpStatusCode.Forbidden)]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]", HttpStatusCode.OK)]
    public async Task On_loopback_only_loopback_names_are_answered(string host, HttpStatusCode expected)
    {
        await using var test = await TestServer.StartAsync();

        foreach (var origin in (string?[])[null, $"http://{host}:{test.Server.BaseUri.Port}"])
        {
            using var response = await SendAsync(test, "GET /insights", origin, host: $"{host}:{test.Server.BaseUri.Port}");
            Assert.Equal(expected, response.StatusCode);
        }
    }

    [Fact]
    public async Task Without_an_origin_a_body_must_be_JSON()
    {
        await using var test = await TestServer.StartAsync(control: true);

        using var response = await SendAsync(test, "POST /control/push", origin: null, contentType: "text/plain");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Null(test.Server.LastPush);
    }

    [Theory]
    [InlineData("http://*:0")]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://localhost:0;http://*:0")]
    public async Task An_address_that_other_machines_can_reach_needs_a_key(string urls)
    {
        foreach (var key in (string?[])[null, ""])
        {
            var exception = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(urls, key));
            Assert.Contains("Set --key or FFC_DEV_KEY", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://127.0.0.1:0")]
    public async Task With_a_key_all_routes_but_those_of_clients_ask_for_it(string urls)
    {
        await using var server = await StartAsync(urls, Key);
        using var http = CreateClient(server);

        foreach (var route in Routes)
        {
            using var response = await SendAsync(http, route);
            var asksForKey = response.Headers.WwwAuthenticate.Count > 0;
            var isOfClients = route is "POST " + FfcProtocol.TrackPath or "GET /streaming";
            Assert.True(asksForKey != isOfClients, route);
        }

        using var client = await FrameClient.ConnectAsync(server.StreamingUri, server.EnvSecret);
        Assert.NotEmpty((await client.SyncAsync()).Flags);
        using var wrong = await SendAsync(http, "GET /insights", key: "another");
        using var right = await SendAsync(http, "GET /insights", key: Key);
        using var control = await SendAsync(http, "POST /control/drop", key: Key);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal(HttpStatusCode.OK, control.StatusCode);
        Assert.Contains("Authorization: Bearer", await wrong.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("samples/flags.json")]
    [InlineData("samples/featbit-flags.json")]
    public async Task Other_machines_need_a_random_secret_for_the_routes_of_clients(string flags)
    {
        await using var server = await StartAsync("http://0.0.0.0:0", Key, flags);
        await using var other = await StartAsync("http://0.0.0.0:0", Key, flags);
        using var http = CreateClient(server);
        var protocol = server.Protocol;

        Assert.NotEqual(server.EnvSecret, other.EnvSecret);
        Assert.Equal(
            protocol.GetFlagIdPrefix(protocol.DevelopmentSecret), protocol.GetFlagIdPrefix(server.EnvSecret));
        foreach (var (secret, expected) in ((string, HttpStatusCode)[])
            [(protocol.DevelopmentSecret, HttpStatusCode.Unauthorized), (server.EnvSecret, HttpStatusCode.OK)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, protocol.TrackPath)
            {
                Content = new StringContent("[]", Encoding.UTF8, "application/json"),
            };
            request.Headers.TryAddWithoutValidation(protocol.SecretHeader, secret);
            using var response = await http.SendAsync(request, Token);
            Assert.Equal(expected, response.StatusCode);
        }

        using var refused = await FrameClient.ConnectAsync(server.StreamingUri, protocol.DevelopmentSecret);
        Assert.Equal(Wire.CloseRefused, (await refused.ReceiveCloseAsync()).Code);
        await using var client = await FfcClient.StartAsync(
            new FfcOptions { EnvSecret = server.EnvSecret, StreamingUri = server.StreamingUri, EventsUri = server.BaseUri },
            Token);
        Assert.True(client.Initialized);
        Assert.Equal("<the secret of the server>", server.ShownSecret);
    }

    [Theory]
    [InlineData("samples/flags.json", DevServerOptions.DevelopmentSecret)]
    [InlineData("samples/flags.json", "ZGV2X180X181X182X19kZWZhdWx0XzAwMDAx")]
    [InlineData("samples/featbit-flags.json", DevServerOptions.FeatBitDevelopmentSecret)]
    public async Task A_public_secret_is_refused_if_other_machines_can_reach_the_server(string flags, string secret)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync("http://0.0.0.0:0", Key, flags, secret));

        var own = exception.Message.Split("--secret ")[^1];
        Assert.Contains("must not be a public sample secret", exception.Message, StringComparison.Ordinal);
        await using var server = await StartAsync("http://0.0.0.0:0", Key, flags, own);
        Assert.Equal(own, server.EnvSecret);
        await using var local = await StartAsync("http://127.0.0.1:0", Key, flags, secret);
        Assert.Equal((secret, secret), (local.EnvSecret, local.ShownSecret));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://127.0.0.1:0")]
    public async Task A_key_of_blanks_is_refused(string urls)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(urls, " \t"));

        Assert.Contains("the key must not consist of blanks", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_signs_in_with_the_key_and_gets_a_cookie_without_it()
    {
        await using var server = await StartAsync("http://0.0.0.0:0", Key);
        using var http = CreateClient(server);
        using var page = new HttpRequestMessage(HttpMethod.Get, "/");
        page.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));

        using var asked = await http.SendAsync(page, Token);
        using var login = await http.GetAsync(new Uri("/login", UriKind.Relative), Token);
        using var wrong = await LoginAsync(http, "another");
        using var foreign = await LoginAsync(http, Key, origin: "http://evil.example");
        using var right = await LoginAsync(http, Key, origin: server.BaseUri.GetLeftPart(UriPartial.Authority));

        Assert.Equal((HttpStatusCode.Redirect, "/login"), (asked.StatusCode, asked.Headers.Location?.ToString()));
        Assert.Contains("name=\"key\"", await login.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Contains("The key is wrong", await wrong.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Equal((HttpStatusCode.SeeOther, "/"), (right.StatusCode, right.Headers.Location?.ToString()));
        Assert.All([wrong, foreign], response => Assert.False(response.Headers.Contains("Set-Cookie")));
        var cookie = Assert.Single(right.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Key, cookie, StringComparison.Ordinal);

        using var signedIn = await SendAsync(http, "GET /insights", cookie: cookie.Split(';')[0]);
        using var forged = await SendAsync(http, "GET /insights", cookie: "ffc-dev-key=" + Key);
        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x", 100, HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data", 100, HttpStatusCode.BadRequest)]
    [InlineData("application/x-www-form-urlencoded", 5_000_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_form_that_cannot_be_read_is_refused(string contentType, int length, HttpStatusCode expected)
    {
        await using var server = await StartAsync("http://127.0.0.1:0", Key);
        using var http = CreateClient(server);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/login");
        request.Headers.Add("Origin", server.BaseUri.GetLeftPart(UriPartial.Authority));
        request.Headers.ExpectContinue = true;
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("key=" + new string('x', length)));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using var response = await http.SendAsync(request, Token);

        Assert.Equal(expected, response.StatusCode);
        Assert.Contains("The form could not be read", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    private static async Task<FfcDevServer> StartAsync(
        string urls, string? key, string flags = "samples/flags.json", string? secret = null) => await FfcDevServer.StartAsync(
        new DevServerOptions
        {
            Urls = urls,
            Key = key,
            Control = true,
            FlagsPath = Repository.PathOf(flags),
            EnvSecret = secret,
        },
        Token);

    private static HttpClient CreateClient(FfcDevServer server) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = server.BaseUri,
            Timeout = TestServer.Timeout,
        };

    private static Task<HttpResponseMessage> SendAsync(
        TestServer test, string route, string? origin, string? host = null, string? contentType = "application/json") =>
        SendAsync(test.Http, route, origin, host, contentType);

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient http,
        string route,
        string? origin = null,
        string? host = null,
        string? contentType = "application/json",
        string? key = null,
        string? cookie = null)
    {
        var (method, path) = route.Split(' ') is [var left, var right] ? (left, right) : throw new ArgumentException(route);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("Origin", origin);
        if (host is not null)
            request.Headers.Host = host;
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        if (method == "POST")
            request.Content = new StringContent("{}", Encoding.UTF8, contentType!);
        return await http.SendAsync(request, Token);
    }

    private static async Task<HttpResponseMessage> LoginAsync(HttpClient http, string key, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/login");
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["key"] = key });
        return await http.SendAsync(request, Token);
    }
}
