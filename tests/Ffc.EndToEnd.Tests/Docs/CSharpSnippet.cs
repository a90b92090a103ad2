using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Ffc.EndToEnd.Tests.Docs;

/// <summary>Compiles C# snippets of documents against the assemblies of the test project.</summary>
internal static class CSharpSnippet
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // Declares the names that documents use in snippets that are not complete programs.
    private const string Surroundings = """
        global using Ffc.Sdk;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.FeatureManagement;
        global using static Surroundings;

        static class Surroundings
        {
            public static Microsoft.Extensions.Hosting.IHostApplicationBuilder builder;
            public static IServiceCollection services;
            public static IConfiguration configuration;
            public static Azure.Storage.Blobs.BlobServiceClient blobServiceClient;
            public static FfcOptions options;
            public static FfcClient client;
            public static FfcUser user;
            public static FlagState<bool> state;
            public static AllFlagStates states;
            public static string envSecret, key, name;
            public static bool defaultValue;
            public static double value;
            public static TimeSpan timeout;
            public static Dictionary<string, double> metrics;
        }
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    // A snippet may show only a class, without the entry point of its app.
    private const string NoEntryPoint = "CS5001";

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest);

    /// <summary>
    /// The compiler errors of a snippet; empty if it compiles. A snippet with using directives must be a complete program.
    /// </summary>
    public static IReadOnlyList<string> GetErrors(string code)
    {
        var isProgram = code.Contains("using Ffc.Sdk;", StringComparison.Ordinal)
            || code.Contains("using System.", StringComparison.Ordinal);
        string[] sources = isProgram ? [ImplicitUsings, code] : [ImplicitUsings, Surroundings, code];
        var compilation = CSharpCompilation.Create(
            "snippet",
            sources.Select(source => CSharpSyntaxTree.ParseText(source, ParseOptions)),
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        return
        [
            .. compilation.GetDiagnostics()
                .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Id != NoEntryPoint)
                .Select(diagnostic => diagnostic.ToString()),
        ];
    }
}
