using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Ffc.Sdk;

/// <summary>Configures a client that <c>AddFfc</c> registered. Packages extend it with methods, such as a store.</summary>
public sealed class FfcBuilder
{
    private readonly ClientRegistration _registration;

    internal FfcBuilder(IServiceCollection services, ClientRegistration registration, IConfiguration? configuration)
    {
        Services = services;
        _registration = registration;
        Configuration = configuration;
    }

    /// <summary>The services of the app.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// The key of the client and of its keyed services; null for the client without a key. Options of the client have the same
    /// name, or the default name.
    /// </summary>
    public string? ServiceKey => _registration.ServiceKey;

    /// <summary>The settings of the client; null if they are set in code.</summary>
    public IConfiguration? Configuration { get; }

    /// <summary>
    /// Makes the start of the host wait until the client has flag data, at most <see cref="FfcOptions.StartWait"/>, so that the
    /// first requests are evaluated. Without data after that time, the host starts, and a warning is logged.
    /// </summary>
    /// <returns>The same builder.</returns>
    public FfcBuilder WaitForDataOnStart()
    {
        _registration.WaitsForData = true;
        return this;
    }

    /// <summary>
    /// Declares settings in the section of the client that other code reads. The client logs a warning for each setting in its
    /// section that nothing declares.
    /// </summary>
    /// <param name="names">The names without the name of the section, such as <c>Snapshot:Container</c>.</param>
    /// <returns>The same builder.</returns>
    public FfcBuilder AddKnownSettings(params IEnumerable<string> names)
    {
        _registration.KnownSettings.UnionWith(names);
        return this;
    }
}
