using Ffc.EndToEnd.Tests.Processes;
using Ffc.Tests;

namespace Ffc.EndToEnd.Tests;

/// <summary>The OpenAPI document matches the responses of the app.</summary>
public sealed class OpenApiTests(FlagService service) : IClassFixture<FlagService>
{
    [Fact]
    public async Task Every_response_is_documented_and_every_documented_response_occurs()
    {
        // This app never has flags: the server is unreachable, and the environment has no snapshot. It has no event streams.
        var unreachable = new Uri("http://127.0.0.1:9");
        var secret = Convert.ToBase64String("unknown%20260101000000__9__9__9__default_00001"u8);
        await using var withoutFlags = await AppProcess.StartAsync(
            "Ffc.Host",
            FlagService.Settings(unreachable, secret),
            "--urls", "http://127.0.0.1:0", "--Ffc:Ofrep:EventStreams", "false");

        await NodeScript.RunAsync(
            "openapi/validate-responses.mjs", FlagService.FunctionKey, [Origin(service.App), Origin(withoutFlags)]);
    }

    private static string Origin(AppProcess app) => app.BaseUri.GetLeftPart(UriPartial.Authority);
}
