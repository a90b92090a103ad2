namespace Ffc.DevServer.Hosting;

/// <summary>
/// Refuses requests of pages of other origins, on every route. On loopback, also refuses other host names, because a foreign name
/// can resolve to a loopback address. With a key, all routes ask for it, except the routes of clients, which send the secret.
/// </summary>
/// <param name="isLocal">Whether the server listens only on loopback.</param>
/// <param name="key">The key; null for none.</param>
/// <param name="clientPaths">The routes of clients.</param>
internal sealed class RequestGuard(bool isLocal, AccessKey? key, string[] clientPaths)
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (FindRefusal(request) is { } refusal)
            return context.Response.WriteTextAsync(refusal.Status, refusal.Reason);
        if (key is null || IsOpen(request.Path) || key.IsIn(request))
            return next(context);
        return AccessKey.AskAsync(context);
    }

    private LocalRefusal? FindRefusal(HttpRequest request)
    {
        var hasOrigin = request.Headers.Origin.Count > 0;
        if (hasOrigin && !LocalRequests.IsSameOrigin(request))
            return new(StatusCodes.Status403Forbidden, "Pages of other origins must not call this server.");
        if (!isLocal)
            return null;

        // A page of this server sends forms, too.
        return hasOrigin ? LocalRequests.CheckHost(request) : LocalRequests.Check(request, origins: []);
    }

    private bool IsOpen(PathString path) => path == AccessKey.LoginPath || Array.Exists(clientPaths, client => path == client);
}
