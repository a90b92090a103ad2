using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>OpenFeature's own SDKs, with the OFREP providers that everybody uses, against the function app and the development server.</summary>
public sealed class OpenFeatureClientTests(FlagService service) : IClassFixture<FlagService>
{
    private string App => service.App.BaseUri.GetLeftPart(UriPartial.Authority);

    [Fact]
    public Task The_server_SDK_gets_values_details_and_errors() =>
        NodeScript.RunAsync("ofrep/server-client.mjs", FlagService.FunctionKey, [App]);

    [Fact]
    public async Task The_web_SDK_gets_all_flags_polls_for_nothing_new_and_sees_a_change() =>
        await NodeScript.RunAsync("ofrep/web-client.mjs", FlagService.FunctionKey, [App], line =>
        {
            if (line == "change chat-support")
                service.EditFlags(flags => flags.Single(flag => (string?)flag!["ff"]!["keyName"] == "chat-support")!["ff"]!["status"] = "Disabled");
        });

    [Fact]
    public Task The_examples_of_the_documentation_work() =>
        NodeScript.RunAsync("ofrep/documented-examples.mjs", FlagService.FunctionKey, [App, Path.Combine(Repository.Root, "docs", "ofrep.md")]);
}
