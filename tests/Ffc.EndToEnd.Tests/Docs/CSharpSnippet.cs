using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Ffc.EndToEnd.Tests.Docs;

/// <summary>Compiles the C# of documents against what users of the SDK see of it.</summary>
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

    // What stands around a snippet that is not a program by itself, under the names that documents give it.
    private const string Surroundings = """
        global using Ffc.Sdk;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using static Surroundings;

        static class Surroundings
        {
            public static Microsoft.Extensions.Hosting.IHostApplicationBuilder builder;
            public static IServiceCollection services;
            public static IConfiguration configuration;
            public static FfcOptions options;
            public static FfcClient client;
            public static FfcUser user;
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

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    /// <summary>What the compiler has against a snippet; nothing when it compiles. One with usings has to be a program by itself.</summary>
    public static IReadOnlyList<string> Faults(string code)
    {
        string[] sources = code.Contains("using Ffc.Sdk;", StringComparison.Ordinal) || code.Contains("using System.", StringComparison.Ordinal)
            ? [ImplicitUsings, code]
            : [ImplicitUsings, Surroundings, code];
        var compilation = CSharpCompilation.Create(
            "snippet",
            sources.Select(source => CSharpSyntaxTree.ParseText(source, Language)),
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        return [.. compilation.GetDiagnostics().Where(fault => fault.Severity == DiagnosticSeverity.Error).Select(fault => fault.ToString())];
    }
}
