using System.Text.RegularExpressions;
using Ffc.EndToEnd.Tests.Processes;

namespace Ffc.EndToEnd.Tests.Docs;

/// <summary>A document of the repository, and what in it can be run.</summary>
/// <param name="Path">Where it is, from the repository's root.</param>
/// <param name="Text">All of it.</param>
internal sealed partial record MarkdownDocument(string Path, string Text)
{
    /// <summary>The documents whose examples have to work.</summary>
    public static IEnumerable<string> Paths { get; } =
    [
        "README.md", "CONTRIBUTING.md", "src/Ffc.Sdk/README.md",
        .. Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "docs"), "*.md")
            .Select(file => $"docs/{System.IO.Path.GetFileName(file)}").Order(StringComparer.Ordinal),
    ];

    /// <summary>The fenced blocks, in order.</summary>
    public IReadOnlyList<CodeBlock> Blocks { get; } =
    [
        .. Fence().Matches(Text).Select(match => new CodeBlock(
            $"{Path}:{Text.AsSpan(0, match.Index).Count('\n') + 1}", match.Groups["language"].Value, match.Groups["code"].Value)),
    ];

    /// <summary>How many fences there are, those included that open a block in some other way than the ones that are found.</summary>
    public int Fences => Text.Split('\n').Count(line =>
        line.TrimStart(' ', '\t', '>').StartsWith("```", StringComparison.Ordinal) || line.Contains("~~~", StringComparison.Ordinal));

    /// <summary>The code within the text.</summary>
    public IEnumerable<string> Spans => SpanIn(Fence().Replace(Text, ""));

    public static MarkdownDocument Read(string path) =>
        new(path, File.ReadAllText(System.IO.Path.Combine(Repository.Root, path)).ReplaceLineEndings("\n"));

    /// <summary>The code in a column of each row of a table.</summary>
    /// <param name="heading">The heading above the table.</param>
    /// <param name="column">Which, from 0.</param>
    public IEnumerable<string> Column(string heading, int column) => Text.Split($"\n{heading}\n")[1].Split("\n#")[0]
        .Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .SelectMany(row => SpanIn(row.Split(" | ")[column]));

    private static IEnumerable<string> SpanIn(string text) => Span().Matches(text).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^```(?<language>[^\n]*)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Span();
}

/// <summary>A fenced block of a document.</summary>
/// <param name="Place">The document and the line.</param>
/// <param name="Language">What the fence says it is.</param>
/// <param name="Text">What is in it.</param>
internal sealed record CodeBlock(string Place, string Language, string Text);
