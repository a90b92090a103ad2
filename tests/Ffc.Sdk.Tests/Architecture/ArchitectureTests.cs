using System.Numerics;
using System.Reflection;
using Microsoft.Extensions.Logging;
using NetArchTest.Rules;

namespace Ffc.Sdk.Tests.Architecture;

/// <summary>The dependencies between the namespaces of the SDK (see <c>docs/architecture.md</c>), and its public types.</summary>
public sealed class ArchitectureTests
{
    private const string Protocol = "Ffc.Sdk.Protocol";

    private static readonly Assembly Sdk = typeof(FfcClient).Assembly;

    [Theory]
    [InlineData("Ffc.Sdk.Flags", Protocol)]
    [InlineData("Ffc.Sdk.Flags", "Ffc.Sdk.Evaluation")]
    [InlineData("Ffc.Sdk.Flags", "Ffc.Sdk.Insights")]
    [InlineData("Ffc.Sdk.Flags", "Ffc.Sdk.Snapshots")]
    [InlineData("Ffc.Sdk.Flags", "Ffc.Sdk.Streaming")]
    [InlineData("Ffc.Sdk.Evaluation", Protocol)]
    [InlineData("Ffc.Sdk.Evaluation", "Ffc.Sdk.Snapshots")]
    [InlineData("Ffc.Sdk.Evaluation", "Ffc.Sdk.Streaming")]
    [InlineData("Ffc.Sdk.Internal", Protocol)]
    [InlineData("Ffc.Sdk.Internal", "Ffc.Sdk.Evaluation")]
    [InlineData("Ffc.Sdk.Internal", "Ffc.Sdk.Flags")]
    [InlineData("Ffc.Sdk.Internal", "Ffc.Sdk.Insights")]
    [InlineData("Ffc.Sdk.Internal", "Ffc.Sdk.Snapshots")]
    [InlineData("Ffc.Sdk.Internal", "Ffc.Sdk.Streaming")]
    public void A_namespace_does_not_depend_on_another(string source, string target)
    {
        Assert.NotEmpty(Types.InAssembly(Sdk).That().ResideInNamespace(source).GetTypes());
        Assert.NotEmpty(Types.InAssembly(Sdk).That().ResideInNamespace(target).GetTypes());
        var dependents = Types.InAssembly(Sdk)
            .That().ResideInNamespace(source).And().HaveDependencyOnAny(target)
            .GetTypes();

        Rule.HasNoOffenders(dependents.Select(type => type.FullName));
    }

    [Theory]
    [InlineData("Ffc.Sdk.Protocol.Ffc")]
    [InlineData("Ffc.Sdk.Protocol.FeatBit")]
    public void Only_the_selection_of_the_protocol_depends_on_the_wire_format_of_a_server(string server)
    {
        Assert.NotEmpty(Types.InAssembly(Sdk).That().ResideInNamespace(server).GetTypes());
        var dependents = Types.InAssembly(Sdk)
            .That().DoNotResideInNamespace(server).And().HaveDependencyOnAny(server)
            .GetTypes();

        Assert.Equal(["Ffc.Sdk.Protocol.ServerProtocol"], dependents.Select(type => type.FullName));
    }

    [Fact]
    public void The_SDK_references_neither_Azure_nor_ASP_NET_Core_nor_other_assemblies_of_this_repository()
    {
        string[] forbidden = ["Azure", "Microsoft.AspNetCore", "Microsoft.Azure", "Ffc"];
        var references = Sdk.GetReferencedAssemblies().Select(reference => reference.Name!).ToList();

        Assert.Contains("Microsoft.Extensions.Logging.Abstractions", references);
        Rule.HasNoOffenders(references.Where(
            reference => forbidden.Any(name => reference.StartsWith(name, StringComparison.Ordinal))));
    }

    [Fact]
    public void Public_types_are_in_the_namespace_of_the_SDK_or_extend_service_collections()
    {
        var others = Sdk.GetExportedTypes().Where(type => type.Namespace != "Ffc.Sdk");

        Assert.Equal(
            ["Microsoft.Extensions.DependencyInjection.FfcServiceCollectionExtensions"], others.Select(type => type.FullName));
    }

    // Methods that use such a type are never compiled ahead of time, which delays every cold start.
    [Fact]
    public void No_type_contains_a_value_that_prevents_compilation_ahead_of_time()
    {
        Type[] types = [typeof(UInt128), typeof(Int128), typeof(Vector<>)];
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic
            | BindingFlags.DeclaredOnly;

        Rule.HasNoOffenders(Sdk.GetTypes().SelectMany(type => type.GetFields(All))
            .Where(field => types.Contains(
                field.FieldType.IsGenericType ? field.FieldType.GetGenericTypeDefinition() : field.FieldType))
            .Select(field => $"{field.DeclaringType}.{field.Name}"));
    }

    [Fact]
    public void Every_log_message_of_the_SDK_has_its_own_event_id()
    {
        const BindingFlags Methods =
            BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var messages = (
            from method in Sdk.GetTypes().SelectMany(type => type.GetMethods(Methods))
            let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
            where attribute is not null
            select (attribute.EventId, Method: $"{method.DeclaringType}.{method.Name}")).ToList();

        Assert.NotEmpty(messages);
        Assert.All(messages, message => Assert.InRange(message.EventId, 1, 99));
        Rule.HasNoOffenders(
            from message in messages
            group message by message.EventId into sameId
            where sameId.Count() > 1
            from message in sameId
            select $"{message.EventId}: {message.Method}");
    }
}
