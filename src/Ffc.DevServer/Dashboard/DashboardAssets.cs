using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Ffc.DevServer.Dashboard;

/// <summary>Serves the dashboard's scripts and style sheets, which are resources of the assembly.</summary>
internal static class DashboardAssets
{
    private static readonly Assembly Assembly = typeof(DashboardAssets).Assembly;

    // A build on Windows writes the names of folders with backslashes.
    private static readonly FrozenDictionary<string, string> ResourceNames =
        Assembly.GetManifestResourceNames().ToFrozenDictionary(name => name.Replace('\\', '/'), StringComparer.Ordinal);

    private static readonly FileExtensionContentTypeProvider ContentTypes = new();
    private static readonly EntityTagHeaderValue Tag = new($"\"{Assembly.ManifestModule.ModuleVersionId:N}\"");

    // The first segments of the paths, which are also the first segments of the resource names.
    private static readonly string[] Folders = ["_framework", "_content", "dashboard"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var folder in Folders)
            routes.MapGet($"/{folder}/{{**path}}", GetAsync);
    }

    private static Task GetAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.TrimStart('/');
        if (!ResourceNames.TryGetValue(path, out var name) || Assembly.GetManifestResourceStream(name) is not { } content)
            return Results.NotFound().ExecuteAsync(context);

        var type = ContentTypes.TryGetContentType(path, out var known) ? known : "application/octet-stream";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Stream(content, type, entityTag: Tag).ExecuteAsync(context);
    }
}
