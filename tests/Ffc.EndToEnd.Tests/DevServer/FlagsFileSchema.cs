using System.Text;
using System.Text.Json;
using Ffc.DevServer.Flags;
using Ffc.DevServer.Servers;
using Ffc.Tests;
using Json.Schema;

namespace Ffc.EndToEnd.Tests.DevServer;

/// <summary>Checks the text of flags files: with the schema that editors use, and as the development server does.</summary>
internal static class FlagsFileSchema
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(Repository.Read("samples/flags.schema.json"));
    private static readonly JsonDocumentOptions Comments =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The errors of the schema; empty if the text is valid.</summary>
    public static IReadOnlyList<string> FindErrors(string text)
    {
        using var document = JsonDocument.Parse(text, Comments);
        var result = Schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return result.IsValid
            ? []
            : [.. (result.Details ?? []).Where(detail => detail.Errors is not null)
                .Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}")];
    }

    /// <summary>Asserts that the server loads the text without warnings, and that it is valid in an editor.</summary>
    public static void AssertValid(string text)
    {
        var file = Encoding.UTF8.GetBytes(text);
        var protocol = DevProtocol.ForFlags(file, secret: null);
        var parser = new FlagsFileParser(protocol, protocol.GetFlagIdPrefix(protocol.DevelopmentSecret));

        Assert.Empty(protocol.Lint(FlagsDocument.Parse(file, parser).Data));
        Assert.Empty(FindErrors(text));
    }
}
