using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ffc.EndToEnd.Tests.DevServer;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Sdk;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Docs;

/// <summary>
/// Tests the examples in documents. Each code block is compiled, run or checked, depending on its language. A block in an unknown
/// language fails, so that every block is checked.
/// </summary>
public sealed partial class DocumentationTests(FlagService service, UnconfiguredApp unconfigured)
    : IClassFixture<FlagService>, IClassFixture<UnconfiguredApp>
{
    private static readonly string[] Diagrams = ["flowchart", "sequenceDiagram"];

    // Tables of Application Insights.
    private static readonly string[] Tables = ["customMetrics", "exceptions", "requests", "traces"];

    public static IEnumerable<TheoryDataRow<string>> Documents =>
        MarkdownDocument.Paths.Select(path => new TheoryDataRow<string>(path));

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_code_block_works(string path)
    {
        var document = MarkdownDocument.Read(path);
        Assert.Equal(document.Fences, 2 * document.Blocks.Count);

        string? answer = null;
        foreach (var block in document.Blocks)
        {
            try
            {
                answer = await CheckAsync(block, answer);
            }
            catch (Exception exception)
            {
                Assert.Fail($"{block.Place}: {exception.Message}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_command_in_the_text_works(string path)
    {
        foreach (var command in MarkdownDocument.Read(path).Spans.Where(ShellCommands.IsCommand))
            await RunAsync(command);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Paths_in_the_text_exist(string path) =>
        Assert.All(MarkdownDocument.Read(path).Spans.Where(ShellCommands.IsPath), ShellCommands.AssertExists);

    [Fact]
    public void Tests_of_the_delivery_guarantees_exist()
    {
        var names = MarkdownDocument.Read("docs/insights.md").Spans
            .Where(span => span.Contains("Tests.", StringComparison.Ordinal))
            .Select(span => span.Split('.'))
            .ToList();

        Assert.InRange(names.Count, 20, 100);
        Assert.All(names, name =>
        {
            var tests = Path.Combine(Repository.Root, "tests");
            var files = Directory.EnumerateFiles(tests, $"{name[0]}.cs", SearchOption.AllDirectories);
            Assert.Contains(files, path => File.ReadAllText(path).Contains($" {name[1]}(", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task Every_request_of_the_HTTP_file_works_and_the_file_has_every_route()
    {
        var requests = await File.ReadAllTextAsync(Repository.PathOf("requests.http"), TestContext.Current.CancellationToken);
        var matches = HttpFileRequest().Matches(requests);
        Assert.Equal(requests.Split("###").Length - 1, matches.Count);
        foreach (Match match in matches)
        {
            var path = match.Groups["path"].Value;
            using var request = new HttpRequestMessage(
                HttpMethod.Parse(match.Groups["method"].Value), new Uri(unconfigured.App.BaseUri, $"/api{path}"));
            if (match.Groups["body"] is { Success: true } body)
                request.Content = new StringContent(body.Value, Encoding.UTF8, "application/json");
            using var http = new HttpClient();
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(
                response.IsSuccessStatusCode,
                $"{path}: {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }

        var routes = MarkdownDocument.Read("README.md").Column("## Over HTTP", 0)
            .Where(span => span.Contains(" /api/", StringComparison.Ordinal))
            .Select(span => span.Split(" /api")[1].Split('{')[0]);
        Assert.All(routes, route => Assert.Contains(matches, match =>
            match.Groups["path"].Value.StartsWith(route, StringComparison.Ordinal)));
    }

    [Fact]
    public void Calls_in_the_Python_migration_table_compile()
    {
        var calls = MarkdownDocument.Read("docs/migration-from-python.md").Column("## Call by call", 1).ToList();

        Assert.InRange(calls.Count, 15, 100);
        Assert.All(calls, call =>
        {
            // Some calls are statements, others are expressions.
            var errors = CSharpSnippet.GetErrors($"{call};");
            Assert.True(
                errors.Count == 0 || CSharpSnippet.GetErrors($"_ = {call};").Count == 0,
                $"{call}: {string.Join('\n', errors)}");
        });
    }

    /// <summary>Checks a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="answer">The response to the last request of the document; null before the first request.</param>
    /// <returns>The response to the last request, including requests in this block.</returns>
    private async Task<string?> CheckAsync(CodeBlock block, string? answer)
    {
        switch (block.Language)
        {
            case "csharp":
                Assert.Empty(CSharpSnippet.GetErrors(block.Text));
                break;
            case "sh" or "shell":
                await CheckSyntaxAsync(block.Text);
                foreach (var line in ShellCommands.In(block.Text))
                    answer = await RunAsync(line) ?? answer;
                break;
            case "json":
                var shown = JsonNode.Parse(block.Text);
                if (answer is not null)
                    Assert.Equal(WithoutDataVersion(shown), WithoutDataVersion(JsonNode.Parse(answer)));
                break;
            case "jsonc":
                FlagsFileSchema.AssertValid(block.Text);
                break;
            case "js":
                // OpenFeatureClientTests runs these blocks.
                Assert.StartsWith("docs/ofrep.md:", block.Place, StringComparison.Ordinal);
                break;
            case "python":
                // The block defines a user, which is also valid JSON.
                Assert.NotNull(FfcUser.FromJson(block.Text.Split("user = ")[1]));
                break;
            case "mermaid":
                Assert.Contains(FirstWord().Match(block.Text).Value, Diagrams);
                break;
            case "kusto":
                Assert.Contains(FirstWord().Match(block.Text).Value, Tables);
                break;
            default:
                Assert.Fail($"no test checks blocks in '{block.Language}'");
                break;
        }

        return answer;
    }

    // The data version is the time of the last change to the flags file.
    private static string WithoutDataVersion(JsonNode? json)
    {
        if (json?["metadata"]?["ffc.dataVersion"] is { } version)
            version.ReplaceWith(0);
        return json?.ToJsonString() ?? "";
    }

    private static async Task CheckSyntaxAsync(string shell)
    {
        var (code, _, errors) = await BashAsync(["-n", "-c", shell]);
        Assert.True(code == 0, errors);
    }

    private static async Task<(int Code, string Output, string Errors)> BashAsync(
        string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var bash = Process.Start(start)!;
        var output = bash.StandardOutput.ReadToEndAsync();
        var errors = bash.StandardError.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return (bash.ExitCode, await output, await errors);
    }

    /// <summary>Checks a command. A request is also sent, to a running app instead of the address in the document.</summary>
    /// <returns>The response; null if the command was not run.</returns>
    private async Task<string?> RunAsync(string line)
    {
        ShellCommands.Check(line);
        if (!line.StartsWith("curl ", StringComparison.Ordinal))
            return null;

        var app = line.Contains("x-functions-key", StringComparison.Ordinal) ? service.App : unconfigured.App;
        var command = Address().Replace(line, app.BaseUri.GetLeftPart(UriPartial.Authority));
        Assert.NotEqual(line, command);
        var (code, output, errors) = await BashAsync(
            ["-c", $"curl() {{ command curl --fail-with-body --show-error \"$@\"; }}; {command}"],
            ("FFC_KEY", FlagService.FunctionKey), ("key", FlagService.FunctionKey));
        Assert.True(code == 0, $"{line}: {errors}{output}");
        return output;
    }

    [GeneratedRegex(
        @"^(?<method>GET|POST) \{\{host\}\}(?<path>\S+)$(?:\n[\w-]+: .+)*(?:\n\n(?<body>\{.+\})$)?", RegexOptions.Multiline)]
    private static partial Regex HttpFileRequest();

    [GeneratedRegex(@"https?://[^/\s]+(?=/api/)")]
    private static partial Regex Address();

    [GeneratedRegex(@"\w+")]
    private static partial Regex FirstWord();
}

/// <summary>The function app as the first command starts it: without configuration and without a function key.</summary>
public sealed class UnconfiguredApp : IAsyncLifetime
{
    internal AppProcess App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        App = await AppProcess.StartAsync("Ffc.Host", [], "--urls", "http://127.0.0.1:0");
        await Eventually.Is(() => FlagService.StatusOf(App, "/api/health/ready"), status => status == 200);
    }

    public ValueTask DisposeAsync() => App?.DisposeAsync() ?? ValueTask.CompletedTask;
}
