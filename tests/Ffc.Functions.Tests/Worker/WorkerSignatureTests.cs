using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Ffc.Functions.Api;
using Ffc.Functions.Embedded;
using Ffc.Functions.Tests.Infra;

namespace Ffc.Functions.Tests.Worker;

/// <summary>The function app compiles for the real worker too: it uses nothing that the worker's packages lack or have otherwise.</summary>
public sealed partial class WorkerSignatureTests
{
    private static readonly Assembly App = typeof(OpenApiDocument).Assembly;
    private static readonly Assembly Embedded = typeof(FunctionAttribute).Assembly;

    private static readonly IReadOnlyList<MethodInfo> Functions =
        [.. App.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.IsDefined(typeof(FunctionAttribute)))];

    [Fact]
    public void The_embedded_host_has_nothing_that_the_worker_has_not()
    {
        var types = Embedded.GetExportedTypes();

        Assert.Subset(OfficialWorker.Types.Keys.ToHashSet(), types.Select(type => type.Name).ToHashSet());
        Assert.Subset(OfficialWorker.Members, types.SelectMany(Signature.PublicMembers).Select(Signature.Line).ToHashSet());
    }

    [Fact]
    public void Attributes_may_stand_where_the_workers_may() =>
        Assert.All(Embedded.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(Attribute))), type =>
            Assert.Equal(OfficialWorker.Types[type.Name].On, type.GetCustomAttribute<AttributeUsageAttribute>()!.ValidOn));

    [Fact]
    public void Everything_that_the_app_uses_of_a_host_the_worker_has()
    {
        var used = UsedMembers().Concat(NamedArguments()).Select(Signature.Line).ToHashSet();

        Assert.Superset(
            new HashSet<string>
            {
                "FunctionAttribute: FunctionAttribute(string name)",
                "HttpTriggerAttribute: HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)",
                "HttpTriggerAttribute: string? Route { get; set; }",
                "TimerTriggerAttribute: TimerTriggerAttribute(string schedule)",
                "FunctionsApplication: static FunctionsApplicationBuilder CreateBuilder(string[] args)",
                "FunctionsApplicationBuilder: IServiceCollection Services { get; }",
                "FunctionsApplicationBuilder: IHost Build()",
            },
            used);
        Assert.Subset(OfficialWorker.Members, used);
    }

    [Fact]
    public void The_usings_of_the_worker_build_are_the_namespaces_of_what_the_app_uses()
    {
        var project = XDocument.Load(Repository.PathOf("src/Ffc.Functions/Ffc.Functions.csproj"));
        var usings = project.Descendants("Using")
            .Where(item => item.Parent!.Attribute("Condition")!.Value.Contains("'Worker'", StringComparison.Ordinal))
            .Select(item => item.Attribute("Include")!.Value);

        Assert.Equal(UsedTypes().Select(type => OfficialWorker.Types[type].Namespace).Distinct().Order(), usings.Order());
    }

    [Fact]
    public void No_source_of_the_app_names_a_host() =>
        Assert.All(Directory.EnumerateFiles(Repository.PathOf("src/Ffc.Functions"), "*.cs", SearchOption.AllDirectories).Where(file => !BuildOutput().IsMatch(file)), file =>
            Assert.DoesNotMatch(@"^\s*#if|Ffc\.Functions\.Embedded|Microsoft\.Azure\.Functions", File.ReadAllText(file)));

    [Fact]
    public void Nothing_is_used_that_comes_with_the_embedded_host_alone() =>
        Assert.DoesNotContain(
            App.GetReferencedAssemblies(),
            reference => reference.Name is "Ffc.DevServer" or "Cronos");

    [Fact]
    public void Function_names_are_such_that_the_host_takes_them()
    {
        var names = Functions.Select(function => function.GetCustomAttribute<FunctionAttribute>()!.Name).ToList();

        Assert.NotEmpty(names);
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, name => Assert.Matches("^(?!host$)[A-Za-z][A-Za-z0-9_-]{0,127}$", name));
    }

    [Fact]
    public void Routes_keep_away_from_those_of_the_host()
    {
        var routes = Functions.SelectMany(function => function.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()?.Route).OfType<string>().ToList();

        Assert.NotEmpty(routes);
        Assert.All(routes, route => Assert.DoesNotMatch("^/|^(admin|runtime)(/|$)", route));
    }

    /// <summary>What the compiled app refers to of the embedded host: methods that it calls, and constructors of attributes.</summary>
    private static List<MemberInfo> UsedMembers() => Read(metadata =>
        from handle in metadata.MemberReferences
        let parent = metadata.GetMemberReference(handle).Parent
        where parent.Kind == HandleKind.TypeReference && IsEmbedded(metadata, (TypeReferenceHandle)parent)
        select App.ManifestModule.ResolveMember(MetadataTokens.GetToken(handle)));

    private static List<string> UsedTypes() => Read(metadata =>
        from handle in metadata.TypeReferences
        where IsEmbedded(metadata, handle)
        select metadata.GetString(metadata.GetTypeReference(handle).Name));

    // Arguments by name, as Route = "…", are data of an attribute, not references.
    private static IEnumerable<MemberInfo> NamedArguments() =>
        from function in Functions
        from attribute in function.GetCustomAttributesData().Concat(function.GetParameters().SelectMany(parameter => parameter.GetCustomAttributesData()))
        where attribute.AttributeType.Assembly == Embedded
        from argument in attribute.NamedArguments
        select argument.MemberInfo;

    private static bool IsEmbedded(MetadataReader metadata, TypeReferenceHandle type) =>
        metadata.GetTypeReference(type).ResolutionScope is { Kind: HandleKind.AssemblyReference } scope
        && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name) == Embedded.GetName().Name;

    private static List<T> Read<T>(Func<MetadataReader, IEnumerable<T>> read)
    {
        using var file = File.OpenRead(App.Location);
        using var assembly = new PEReader(file);
        return [.. read(assembly.GetMetadataReader())];
    }

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex BuildOutput();
}
