namespace Ffc.Functions.Embedded;

/// <summary>Marks the <c>HttpRequest</c> parameter of a function that is called over HTTP.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HttpTriggerAttribute : Attribute
{
    /// <summary>Any HTTP method, with <see cref="AuthorizationLevel.Function"/>.</summary>
    public HttpTriggerAttribute()
    {
        AuthLevel = AuthorizationLevel.Function;
        RequiredLevel = AuthorizationLevel.Function;
    }

    /// <summary>
    /// The given HTTP methods, without a level. As on the real host, a caller then needs the function key,
    /// although <see cref="AuthLevel"/> reads <see cref="AuthorizationLevel.Anonymous"/>.
    /// </summary>
    /// <param name="methods">The HTTP methods; none means any.</param>
    public HttpTriggerAttribute(params string[] methods)
    {
        Methods = methods;
        // The real attribute leaves its level unset here; what is then not in the function's metadata the host takes as Function.
        RequiredLevel = AuthorizationLevel.Function;
    }

    /// <summary>Any HTTP method, with the given level.</summary>
    /// <param name="authLevel">What a caller must show.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel)
    {
        AuthLevel = authLevel;
        RequiredLevel = authLevel;
    }

    /// <summary>The given HTTP methods, with the given level.</summary>
    /// <param name="authLevel">What a caller must show.</param>
    /// <param name="methods">The HTTP methods; none means any.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        RequiredLevel = authLevel;
        Methods = methods;
    }

    /// <summary>The route under the host's prefix, in ASP.NET Core's route syntax. Null: the function's name.</summary>
    public string? Route { get; set; }

    /// <summary>The HTTP methods that the function answers. Null or empty: any.</summary>
    public string[]? Methods { get; private set; }

    /// <summary>The level that was given. <see cref="AuthorizationLevel.Anonymous"/> if methods were given without one.</summary>
    public AuthorizationLevel AuthLevel { get; private set; }

    /// <summary>The level that the host asks for.</summary>
    internal AuthorizationLevel RequiredLevel { get; }
}
