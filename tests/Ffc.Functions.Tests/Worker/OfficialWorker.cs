using Ffc.Functions.Embedded;

namespace Ffc.Functions.Tests.Worker;

/// <summary>
/// The public face of the isolated worker's packages, as far as the function app may use it. Written down from Microsoft's source of
/// the versions in <c>Directory.Packages.props</c>: whoever changes one of those compares this.
/// </summary>
internal static class OfficialWorker
{
    private const string Worker = "Microsoft.Azure.Functions.Worker";
    private const string Builder = "Microsoft.Azure.Functions.Worker.Builder";

    public static IReadOnlyDictionary<string, OfficialType> Types { get; } = new[]
    {
        // Microsoft.Azure.Functions.Worker.Extensions.Abstractions 1.3.0
        new OfficialType(Worker, nameof(FunctionAttribute), AttributeTargets.Method,
        [
            "FunctionAttribute(string name)",
            "string Name { get; }",
        ]),

        // Microsoft.Azure.Functions.Worker.Extensions.Http 3.3.0
        new OfficialType(Worker, nameof(HttpTriggerAttribute), AttributeTargets.Parameter,
        [
            "HttpTriggerAttribute()",
            "HttpTriggerAttribute(params string[] methods)",
            "HttpTriggerAttribute(AuthorizationLevel authLevel)",
            "HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)",
            "string? Route { get; set; }",
            "string[]? Methods { get; }",
            "AuthorizationLevel AuthLevel { get; }",
        ]),
        new OfficialType(Worker, nameof(AuthorizationLevel), On: null,
        [
            "Anonymous = 0",
            "User = 1",
            "Function = 2",
            "System = 3",
            "Admin = 4",
        ]),

        // Microsoft.Azure.Functions.Worker.Extensions.Timer 4.3.1
        new OfficialType(Worker, nameof(TimerTriggerAttribute), AttributeTargets.Parameter,
        [
            "TimerTriggerAttribute(string schedule)",
            "string Schedule { get; }",
            "bool UseMonitor { get; set; }",
            "bool RunOnStartup { get; set; }",
        ]),
        new OfficialType(Worker, nameof(TimerInfo), On: null,
        [
            "TimerInfo()",
            "ScheduleStatus? ScheduleStatus { get; set; }",
            "bool IsPastDue { get; set; }",
        ]),
        new OfficialType(Worker, nameof(ScheduleStatus), On: null,
        [
            "ScheduleStatus()",
            "DateTime Last { get; set; }",
            "DateTime Next { get; set; }",
            "DateTime LastUpdated { get; set; }",
        ]),

        // Microsoft.Azure.Functions.Worker 2.52.0
        new OfficialType(Builder, nameof(FunctionsApplication), On: null,
        [
            "FunctionsApplication()",
            "static FunctionsApplicationBuilder CreateBuilder(string[] args)",
        ]),
        new OfficialType(Builder, nameof(FunctionsApplicationBuilder), On: null,
        [
            "IDictionary<object, object> Properties { get; }",
            "ConfigurationManager Configuration { get; }",
            "IHostEnvironment Environment { get; }",
            "ILoggingBuilder Logging { get; }",
            "IMetricsBuilder Metrics { get; }",
            "IServiceCollection Services { get; }",
            "IHost Build()",
            "void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)",
            "IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)",
        ]),

        new OfficialType(Worker, nameof(WorkerOptions), On: null,
        [
            "WorkerOptions()",
            "ObjectSerializer? Serializer { get; set; }",
            "InputConverterCollection InputConverters { get; }",
            "IDictionary<string, string> Capabilities { get; }",
            "bool EnableUserCodeException { get; set; }",
            "bool IncludeEmptyEntriesInMessagePayload { get; set; }",
        ]),

        // Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore 2.1.1
        new OfficialType(Builder, nameof(FunctionsApplicationBuilderAspNetCoreExtensions), On: null,
        [
            "static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)",
        ]),
    }.ToDictionary(type => type.Name);

    /// <summary>The table as lines, each a type's name and a member.</summary>
    public static HashSet<string> Members { get; } = [.. Types.Values.SelectMany(type => type.Members.Select(member => $"{type.Name}: {member}"))];
}

/// <summary>A type of the worker's packages.</summary>
/// <param name="Namespace">Where it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="On">What an attribute may stand on; null for what is no attribute.</param>
/// <param name="Members">Its public members, in the words of <see cref="Signature"/>.</param>
internal sealed record OfficialType(string Namespace, string Name, AttributeTargets? On, string[] Members);
