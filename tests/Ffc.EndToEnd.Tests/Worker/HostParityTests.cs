using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Worker;

/// <summary>Both hosts return the same responses, except for those that the Functions host itself returns.</summary>
public sealed partial class HostParityTests(WorkerService service) : IClassFixture<WorkerService>
{
    /// <summary>The requests that the Functions host answers itself, and the response of Ffc.Host.</summary>
    private static readonly Dictionary<string, (int Status, HostRequest[] Requests)> AnsweredByHost = new()
    {
        ["unknown path"] = (404, [HostRequest.Get("/api/none"), HostRequest.Post("/none", "{}"), HostRequest.Get("/api")]),
        ["known path, wrong method"] = (405,
        [
            HostRequest.Get("/api/evaluate/new-checkout"), HostRequest.Post("/api/health/live", "{}"),
            new HostRequest("DELETE", "/api/track"), new HostRequest("OPTIONS", "/api/evaluate"),
        ]),
        ["`/`, `/admin/…`"] = (404, [HostRequest.Get("/"), HostRequest.Get("/admin/host/status")]),
    };

    // The test host has no keys, so these rows are tested with the description of the functions or with a raw request.
    private static readonly string[] OtherRows =
    [
        "without a valid function key",
        "function key in `X-API-Key` or as `Authorization: Bearer`",
        "a body with invalid chunked encoding",
        "a request line of more than 8 KiB",
        "from a page of another site, to a host on loopback without a key",
    ];

    public static TheoryData<string> OddKeys => [.. RequestTable.OddKeys];

    public static TheoryData<string> Names => [.. RequestTable.Requests.Keys];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Both_hosts_return_the_same_response(string name)
    {
        var request = RequestTable.Requests[name];

        var onFunctionsHost = await request.SendAsync(service.Host.Http, Test);
        var onFfcHost = await request.SendAsync(service.App.Http, Test);

        Assert.Equal(onFfcHost, onFunctionsHost);
        Assert.InRange(onFfcHost.Status, 200, 499);
    }

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task Both_hosts_find_a_flag_whose_key_has_odd_characters(string key)
    {
        var escaped = Uri.EscapeDataString(key);
        HostRequest[] requests =
        [
            HostRequest.Post($"/api/evaluate/{escaped}", """{"user":{"key":"u1"}}"""),
            HostRequest.Post($"/api/explain/{escaped}", """{"user":{"key":"u1"}}"""),
            HostRequest.Post($"/api/ofrep/v1/evaluate/flags/{escaped}", """{"context":{"targetingKey":"u1"}}"""),
        ];
        foreach (var request in requests)
        {
            var onFunctionsHost = await request.SendAsync(service.Host.Http, Test);
            var onFfcHost = await request.SendAsync(service.App.Http, Test);

            Assert.Equal(onFfcHost, onFunctionsHost);
            Assert.True(onFfcHost.Status == 200, onFfcHost.ToString());
            Assert.Contains(key, AllStrings(JsonSerializer.Deserialize<JsonElement>(onFfcHost.Body)));
        }
    }

    [Fact]
    public async Task Both_hosts_accept_the_entity_tag_of_the_other()
    {
        var request = RequestTable.Requests["OFREP, all flags"];
        using var response = await service.Host.Http.PostAsync(
            request.Path, new ByteArrayContent(request.Body!) { Headers = { ContentType = new("application/json") } }, Test);
        var conditional = request with
        {
            Headers = new Dictionary<string, string> { ["If-None-Match"] = response.Headers.ETag!.ToString() },
        };

        var onFunctionsHost = await conditional.SendAsync(service.Host.Http, Test);
        var onFfcHost = await conditional.SendAsync(service.App.Http, Test);

        Assert.Equal((304, ""), (onFfcHost.Status, onFfcHost.BodyHex));
        Assert.Equal(onFfcHost, onFunctionsHost);
    }

    // The numbers and times of the status differ.
    [Fact]
    public async Task Both_hosts_return_the_same_members_of_the_status()
    {
        var onFunctionsHost = await HostRequest.Get("/api/status").SendAsync(service.Host.Http, Test);
        var onFfcHost = await HostRequest.Get("/api/status").SendAsync(service.App.Http, Test);

        Assert.Equal((onFfcHost.Status, onFfcHost.Headers), (onFunctionsHost.Status, onFunctionsHost.Headers));
        Assert.Equal(
            Members(JsonSerializer.Deserialize<JsonElement>(onFfcHost.Body)),
            Members(JsonSerializer.Deserialize<JsonElement>(onFunctionsHost.Body)));
    }

    [Fact]
    public async Task Requests_that_match_no_function_do_not_reach_the_worker()
    {
        foreach (var (row, (status, requests)) in AnsweredByHost)
        {
            foreach (var request in requests)
            {
                var before = service.Host.Invocations.Count;
                var onFunctionsHost = await request.SendAsync(service.Host.Http, Test);
                var onFfcHost = await request.SendAsync(service.App.Http, Test);

                Assert.Equal((row, 404), (row, onFunctionsHost.Status));
                Assert.Equal((row, status), (row, onFfcHost.Status));
                Assert.Contains("application/problem+json", onFfcHost.Headers, StringComparison.Ordinal);
                Assert.Equal(before, service.Host.Invocations.Count);
            }
        }
    }

    [Fact]
    public async Task Ffc_Host_requires_a_key_for_the_functions_for_which_the_Functions_host_requires_one()
    {
        using var http = new HttpClient { BaseAddress = service.App.BaseUri };
        foreach (var function in service.Host.Functions.Where(function => function.TriggerType == "httpTrigger"))
        {
            var path = $"/api/{RouteParameter().Replace(function.Route, "k")}";
            var response = await new HostRequest(function.Methods[0].ToUpperInvariant(), path).SendAsync(http, Test);

            var needsKey = response.Status == 401;
            Assert.Equal((function.Name, function.AuthorizationLevel), (function.Name, needsKey ? "Function" : "Anonymous"));
        }
    }

    [Fact]
    public async Task A_broken_chunk_gets_400_from_both_hosts_and_the_worker_stays_usable()
    {
        foreach (var (uri, key) in new[] { (service.Host.BaseUri, ""), (service.App.BaseUri, FlagService.FunctionKey) })
        {
            var response = await SendRawAsync(uri,
                $"POST /api/evaluate/new-checkout HTTP/1.1\r\nHost: localhost\r\nx-functions-key: {key}\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 400", response, StringComparison.Ordinal);
        }

        await Both_hosts_return_the_same_response("one flag, bool default");
    }

    [Fact]
    public async Task A_request_that_the_server_cannot_parse_gets_400_from_both_hosts()
    {
        foreach (var uri in new[] { service.Host.BaseUri, service.App.BaseUri })
        {
            var response = await SendRawAsync(uri, "GET /api/health/live HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 400", response, StringComparison.Ordinal);
        }
    }

    // Kestrel in the Functions host and in the worker has its default limits.
    [Fact]
    public async Task A_request_line_of_more_than_8_KiB_gets_414_from_the_Functions_host()
    {
        var request = HostRequest.Post($"/api/evaluate/{new string('k', 10_000)}", """{"user":{"key":"u1"}}""");

        Assert.Equal(414, (await request.SendAsync(service.Host.Http, Test)).Status);
        Assert.Equal(400, (await request.SendAsync(service.App.Http, Test)).Status);
    }

    [Fact]
    public void The_documentation_lists_exactly_the_requests_that_the_Functions_host_answers()
    {
        var lines = Repository.Read("docs/architecture.md").Split('\n');
        var rows = lines.SkipWhile(line => line != "| request | Functions host | Ffc.Host |").Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|')[1].Trim());

        Assert.Equal(AnsweredByHost.Keys.Concat(OtherRows).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("{[^}]+}")]
    private static partial Regex RouteParameter();

    private static string Members(JsonElement json) => json.ValueKind == JsonValueKind.Object
        ? $"{{{string.Join(',', json.EnumerateObject().Select(member => $"{member.Name}{Members(member.Value)}"))}}}"
        : "";

    private static IEnumerable<string> AllStrings(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member => AllStrings(member.Value)),
        JsonValueKind.String => [json.GetString()!],
        _ => [],
    };

    private static async Task<string> SendRawAsync(Uri uri, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, uri.Port, Test);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Test);
        using var reader = new StreamReader(client.GetStream());
        return (await reader.ReadLineAsync(Test))!;
    }
}
