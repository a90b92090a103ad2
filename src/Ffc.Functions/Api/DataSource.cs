using Ffc.Sdk;
using Microsoft.AspNetCore.Http;

namespace Ffc.Functions.Api;

/// <summary>Names the source of the flag data in a response.</summary>
internal static class DataSource
{
    /// <summary><c>stream</c>, <c>snapshot</c>, <c>bootstrap</c> or <c>none</c>.</summary>
    public const string Header = "Ffc-Data-Source";

    /// <summary>Adds the header. Data from another source than the stream may be stale.</summary>
    public static void AddTo(HttpResponse response, IFfcClient client) =>
        response.Headers[Header] = NameOf(client.FlagData.Source);

    public static string NameOf(FlagDataSource source) => source switch
    {
        FlagDataSource.Stream => "stream",
        FlagDataSource.Snapshot => "snapshot",
        FlagDataSource.Bootstrap => "bootstrap",
        _ => "none",
    };
}
