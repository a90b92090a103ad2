using System.Text.RegularExpressions;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests.Docs;

/// <summary>A document of the repository and its code.</summary>
/// <param name="Path">The path from the root of the repository.</param>
/// <param name="Text">The complete text.</param>
internal sealed partial record MarkdownDocument(string Path, string Text)
{
    /// <summary>The documents with tested examples.</summary>
    public static IEnumerable<string> Paths { get; } =
    [
        "README.md", "CONTRIBUTING.md", "samples/OwnFunctionApp/README.md",
        // OpenFeature is not part of Ffc.sln: a test of the provider compiles its README.
        .. Directory.EnumerateDirectories(System.IO.Path.Combine(Repository.Root, "src"))
            .Select(folder => $"src/{System.IO.Path.GetFileName(folder)}/README.md")
            .Where(path => path != "src/Ffc.Sdk.OpenFeature/README.md" && File.Exists(Repository.PathOf(path)))
            .Order(StringComparer.Ordinal),
        .. Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "docs"), "*.md")
            .Select(file => $"docs/{System.IO.Path.GetFileName(file)}").Order(StringComparer.Ordinal),
    ];

    /// <summary>The fenced blocks, in order.</summary>
    public IReadOnlyList<CodeBlock> Blocks { get; } =
    [
        .. Fence().Matches(Text).Select(match => new CodeBlock(
            $"{Path}:{Text.AsSpan(0, match.Index).Count('\n') + 1}", match.Groups["language"].Value, match.Groups["code"].Value)),
    ];

    /// <summary>The number of fences, including those that <see cref="Blocks"/> does not recognize.</summary>
    public int Fences => Text.Split('\n').Count(line =>
        line.TrimStart(' ', '\t', '>').StartsWith("```", StringComparison.Ordinal)
        || line.Contains("~~~", StringComparison.Ordinal));

    /// <summary>The code spans outside of blocks.</summary>
    public IEnumerable<string> Spans => SpanIn(Fence().Replace(Text, ""));

    public static MarkdownDocument Read(string path) =>
        new(path, File.ReadAllText(System.IO.Path.Combine(Repository.Root, path)).ReplaceLineEndings("\n"));

    /// <summary>The code spans in one column of a table.</summary>
    /// <param name="heading">The heading above the table.</param>
    /// <param name="column">The column, from 0.</param>
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
/// <param name="Place">The document and the line number.</param>
/// <param name="Language">The language in the opening fence.</param>
/// <param name="Text">The code.</param>
internal sealed record CodeBlock(string Place, string Language, string Text);
