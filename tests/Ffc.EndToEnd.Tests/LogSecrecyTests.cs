using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>The most detailed log of a running app contains no key and no ticket.</summary>
public sealed class LogSecrecyTests(LogSecrecyTests.DetailedLog service) : IClassFixture<LogSecrecyTests.DetailedLog>
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_console_contains_neither_keys_nor_tickets()
    {
        var app = service.App;
        using var response = await app.Http.PostAsJsonAsync(
            "/api/ofrep/v1/evaluate/flags", new { context = new { targetingKey = "u1" } }, Test);
        var bulk = await response.Content.ReadFromJsonAsync<JsonElement>(Test);
        var uri = bulk.GetProperty("eventStreams")[0].GetProperty("endpoint").GetProperty("requestUri").GetString()!;
        using (await app.Http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, Test))
        {
            // The stream is open.
        }

        using (await app.Http.GetAsync($"/api/status?code={FlagService.FunctionKey}", Test))
        {
            // The key is in the query.
        }

        await SendMalformedAsync($"GET\t{uri}&code={FlagService.FunctionKey} HTTP/1.1\r\n\r\n");

        // The console is written in order, so everything before this request is there when its path is.
        using (await app.Http.GetAsync("/api/last-request", Test))
        {
            // The path is not a route.
        }

        var output = await Eventually.Is(
            () => app.Output, output => output.Contains("/api/last-request", StringComparison.Ordinal));
        Assert.DoesNotContain(uri.Split("ticket=")[1], output, StringComparison.Ordinal);
        Assert.DoesNotContain(FlagService.FunctionKey, output, StringComparison.Ordinal);
    }

    private async Task SendMalformedAsync(string request)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(service.App.BaseUri.Host, service.App.BaseUri.Port, Test);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Test);
        using var reader = new StreamReader(connection.GetStream());
        Assert.Contains("400", await reader.ReadToEndAsync(Test), StringComparison.Ordinal);
    }

    public sealed class DetailedLog : IAsyncLifetime
    {
        private readonly FlagService _service = new()
        {
            MoreSettings = new()
            {
                ["Ffc__Ofrep__EventStreams"] = "true",
                ["Logging__LogLevel__Default"] = "Trace",
                ["Logging__Console__LogLevel__Default"] = "Trace",
            },
        };

        internal AppProcess App => _service.App;

        public ValueTask InitializeAsync() => _service.InitializeAsync();

        public ValueTask DisposeAsync() => _service.DisposeAsync();
    }
}
