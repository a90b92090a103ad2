// Measures the cost of only HTTP and JSON: a bare Kestrel endpoint without routing, function key and flags. It reads an OFREP
// request and returns JSON of the size of a real response. With the name of a file, it reads the body without parsing it, and
// returns the content of the file.
//   Ffc.Baseline [url] [file]
using System.Text.Json.Serialization;
using Ffc.Baseline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
var application = builder.Build();
application.Urls.Add(args.Length > 0 ? args[0] : "http://127.0.0.1:7072");

var response = new Response(
    "new-checkout", true, "TARGETING_MATCH", "1", new Metadata("rule match", "New checkout", 1767225600015));
if (args is [_, var file])
{
    var constant = await File.ReadAllBytesAsync(file);
    application.Run(async context =>
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = constant.Length;
        await context.Response.BodyWriter.WriteAsync(constant, context.RequestAborted);
    });
}
else
{
    application.Run(async context =>
    {
        var request = await context.Request.ReadFromJsonAsync(BaselineJson.Default.Request, context.RequestAborted);
        if (string.IsNullOrEmpty(request?.Context.TargetingKey))
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        else
            await context.Response.WriteAsJsonAsync(
                response, BaselineJson.Default.Response, cancellationToken: context.RequestAborted);
    });
}

Console.WriteLine("Listening.");
application.Run();

namespace Ffc.Baseline
{
    internal sealed record Request(Context Context);

    internal sealed record Context(string TargetingKey, string? Email, string? Country, string? Plan);

    internal sealed record Response(string Key, bool Value, string Reason, string Variant, Metadata Metadata);

    internal sealed record Metadata(
        [property: JsonPropertyName("ffc.reason")] string Reason,
        [property: JsonPropertyName("ffc.name")] string Name,
        [property: JsonPropertyName("ffc.dataVersion")] long DataVersion);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Request))]
    [JsonSerializable(typeof(Response))]
    internal sealed partial class BaselineJson : JsonSerializerContext;
}
