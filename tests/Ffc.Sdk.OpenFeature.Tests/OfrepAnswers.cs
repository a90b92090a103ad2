using System.Text;
using System.Text.Json;
using Ffc.Functions.Api;
using Ffc.Functions.Ofrep;
using Microsoft.AspNetCore.Http;

namespace Ffc.Sdk.OpenFeature.Tests;

/// <summary>What the OFREP functions answer for the same flag and the same context.</summary>
internal static class OfrepAnswers
{
    /// <summary>The response to an evaluation, or the error response.</summary>
    public static async Task<JsonElement> EvaluateAsync(FfcClient client, string flagKey, string context)
    {
        using var written = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(written))
        {
            try
            {
                var user = await ReadUserAsync(context);
                var evaluation = client.Evaluator.Evaluate(flagKey, user) ?? throw OfrepError.FlagNotFound();
                if (evaluation.IsMalformed)
                    throw OfrepError.MalformedFlag();
                OfrepEvaluation.Write(writer, evaluation, client.FlagData.Source == FlagDataSource.Snapshot);
            }
            catch (OfrepError error)
            {
                error.Write(writer);
            }
        }

        return JsonSerializer.Deserialize<JsonElement>(written.ToArray());
    }

    /// <summary>The user that the functions read from a context.</summary>
    public static async Task<FfcUser> ReadUserAsync(string context)
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"context":{{context}}}"""));
        using var body = await JsonBody.ReadAsync(http.Request, TestContext.Current.CancellationToken);
        return OfrepContext.ReadUser(body);
    }
}
