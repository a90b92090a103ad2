using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>The OpenFeature SDKs with their OFREP providers against the function app.</summary>
public sealed class OpenFeatureClientTests(FlagService service) : IClassFixture<FlagService>
{
    private string App => service.App.BaseUri.GetLeftPart(UriPartial.Authority);

    [Fact]
    public Task The_server_SDK_receives_values_details_and_errors() =>
        NodeScript.RunAsync("ofrep/server-client.mjs", FlagService.FunctionKey, [App]);

    [Fact]
    public async Task The_web_SDK_receives_all_flags_and_polls_for_changes() =>
        await NodeScript.RunAsync("ofrep/web-client.mjs", FlagService.FunctionKey, [App], line =>
        {
            if (line == "change chat-support")
                service.EditFlags(flags => flags.Find("chat-support")["ff"]!["status"] = "Disabled");
        });

    [Fact]
    public async Task The_web_SDK_receives_changes_over_an_event_stream_without_polling() =>
        await NodeScript.RunAsync("ofrep/web-events.mjs", FlagService.FunctionKey, [App], line =>
        {
            if (line.Split(' ') is ["status", var status])
                service.EditFlags(flags => flags.Find("upload-limit-mb")["ff"]!["status"] = status);
        });

    [Fact]
    public Task The_documented_examples_work() =>
        NodeScript.RunAsync(
            "ofrep/documented-examples.mjs", FlagService.FunctionKey, [App, Repository.PathOf("docs/ofrep.md")]);
}
