using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ffc.EndToEnd.Tests.Processes;
using Ffc.Sdk;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Docs;

/// <summary>
/// What documents show works. Each block of code is compiled, run or looked at, by what it is; one of another kind fails, so that
/// nothing gets into a document unchecked.
/// </summary>
public sealed partial class DocumentationTests(FlagService service, UnconfiguredApp unconfigured)
    : IClassFixture<FlagService>, IClassFixture<UnconfiguredApp>
{
    private static readonly string[] Diagrams = ["flowchart", "sequenceDiagram"];

    // Of Application Insights.
    private static readonly string[] Tables = ["customMetrics", "requests", "traces"];

    public static IEnumerable<TheoryDataRow<string>> Documents => MarkdownDocument.Paths.Select(path => new TheoryDataRow<string>(path));

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_block_of_code_works(string path)
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
            catch (Exception e)
            {
                Assert.Fail($"{block.Place}: {e.Message}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_command_within_the_text_works(string path)
    {
        foreach (var command in MarkdownDocument.Read(path).Spans.Where(ShellCommands.IsCommand))
            await RunAsync(command);
    }

    [Fact]
    public void The_calls_beside_those_of_Python_compile()
    {
        var calls = MarkdownDocument.Read("docs/migration-from-python.md").Column("## Call by call", 1).ToList();

        Assert.InRange(calls.Count, 15, 100);
        Assert.All(calls, call =>
        {
            // Some are statements, some are values.
            var faults = CSharpSnippet.Faults($"{call};");
            Assert.True(faults.Count == 0 || CSharpSnippet.Faults($"_ = {call};").Count == 0, $"{call}: {string.Join('\n', faults)}");
        });
    }

    /// <summary>Checks a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="answer">What the last request of the document was answered; null before the first.</param>
    /// <returns>What the last request is answered from now on.</returns>
    private async Task<string?> CheckAsync(CodeBlock block, string? answer)
    {
        switch (block.Language)
        {
            case "csharp":
                Assert.Empty(CSharpSnippet.Faults(block.Text));
                break;
            case "sh" or "shell":
                await CheckSyntaxAsync(block.Text);
                foreach (var line in ShellCommands.In(block.Text))
                    answer = await RunAsync(line) ?? answer;
                break;
            case "json":
                var shown = JsonNode.Parse(block.Text);
                if (answer is not null)
                    Assert.Equal(Timeless(shown), Timeless(JsonNode.Parse(answer)));
                break;
            case "js":
                // Those are run by OpenFeatureClientTests.
                Assert.StartsWith("docs/ofrep.md:", block.Place, StringComparison.Ordinal);
                break;
            case "python":
                // A user, which is JSON in Python as well.
                Assert.NotNull(FfcUser.FromJson(block.Text.Split("user = ")[1]));
                break;
            case "mermaid":
                Assert.Contains(FirstWord().Match(block.Text).Value, Diagrams);
                break;
            case "kusto":
                Assert.Contains(FirstWord().Match(block.Text).Value, Tables);
                break;
            default:
                Assert.Fail($"'{block.Language}' is of a kind that nothing checks");
                break;
        }

        return answer;
    }

    // The version of the data is the time of the last change to the flags file.
    private static string Timeless(JsonNode? json)
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

    /// <summary>Runs a command if it is a request to the app, wherever that is in the document; looks at any other.</summary>
    /// <returns>What was answered; null when it was not run.</returns>
    private async Task<string?> RunAsync(string line)
    {
        ShellCommands.Check(line);
        if (!line.StartsWith("curl ", StringComparison.Ordinal))
            return null;

        var app = line.Contains("x-functions-key", StringComparison.Ordinal) ? service.App : unconfigured.App;
        var here = Address().Replace(line, app.BaseUri.GetLeftPart(UriPartial.Authority));
        Assert.NotEqual(line, here);
        var (code, output, errors) = await BashAsync(
            ["-c", $"curl() {{ command curl --fail-with-body --show-error \"$@\"; }}; {here}"],
            ("FFC_KEY", FlagService.FunctionKey), ("key", FlagService.FunctionKey));
        Assert.True(code == 0, $"{line}: {errors}{output}");
        return output;
    }

    [GeneratedRegex(@"https?://[^/\s]+(?=/api/)")]
    private static partial Regex Address();

    [GeneratedRegex(@"\w+")]
    private static partial Regex FirstWord();
}

/// <summary>The function app as its first command starts it: nothing is configured, no key is wanted.</summary>
public sealed class UnconfiguredApp : IAsyncLifetime
{
    internal AppProcess App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        App = await AppProcess.StartAsync("Ffc.Functions", [], "--urls", "http://127.0.0.1:0");
        await Eventually.Is(() => FlagService.StatusOf(App, "/api/health/ready"), status => status == 200);
    }

    public ValueTask DisposeAsync() => App?.DisposeAsync() ?? ValueTask.CompletedTask;
}
